import { Extension, type Editor } from '@tiptap/core'
import { Decoration } from '@tiptap/pm/view'
import type { DisplayState } from '#shared/domain/run.ts'
import { createDrawn } from './drawn.ts'
import styles from './step-runs.module.css'

const drawn = createDrawn('stepRuns')

/** A run that is at a step now. */
export type StepRun = {
  readonly stepId: string
  readonly href: string
  readonly state: DisplayState
  /** Two letters for the agent, and what the chip says. */
  readonly letters: string
  readonly text: string
  /** The same in full, for those who don't see it. */
  readonly label: string
}

/** Beside the steps that runs are at: which, and how it stands. Drawn, so it is no part of the text; it leads to the run. */
export const StepRuns = Extension.create<{ readonly onGo: (href: string) => void }>({
  name: 'stepRuns',
  addOptions: () => ({ onGo: () => undefined }),
  addProseMirrorPlugins() {
    const { onGo } = this.options
    return [
      drawn.plugin({
        handleDOMEvents: {
          click(_view, event) {
            const chip = event.target instanceof Element ? event.target.closest('a[data-step-run]') : null
            const href = chip?.getAttribute('href')
            if (typeof href !== 'string' || event.metaKey || event.ctrlKey || event.shiftKey) return false
            event.preventDefault()
            onGo(href)
            return true
          },
        },
      }),
    ]
  },
})

export function showStepRuns(editor: Editor, runs: readonly StepRun[]): void {
  const byStep = new Map(runs.map((run) => [run.stepId, run]))
  drawn.show(editor, (doc) => {
    const chips: Decoration[] = []
    if (byStep.size === 0) return chips
    doc.descendants((node, at) => {
      if (node.type.name !== 'taskItem') return !node.isTextblock
      const run = byStep.get(String(node.attrs['id']))
      const first = node.firstChild
      if (run === undefined || first === null) return true
      // At the end of its first line.
      const chip = Decoration.widget(at + 1 + first.nodeSize - 1, () => drawChip(run), {
        side: 1,
        key: JSON.stringify(run),
        ignoreSelection: true,
      })
      chips.push(chip)
      return true
    })
    return chips
  })
}

function drawChip({ href, state, letters, text, label }: StepRun): HTMLElement {
  const chip = document.createElement('a')
  chip.className = styles.chip ?? ''
  chip.href = href
  chip.contentEditable = 'false'
  chip.dataset['stepRun'] = ''
  chip.dataset['state'] = state
  chip.setAttribute('aria-label', label)
  const tile = document.createElement('span')
  tile.className = styles.tile ?? ''
  tile.textContent = letters
  const words = document.createElement('span')
  words.textContent = text
  chip.append(tile, words)
  return chip
}
