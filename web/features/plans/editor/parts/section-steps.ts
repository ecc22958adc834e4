import { Extension, type Editor } from '@tiptap/core'
import { Plugin, PluginKey } from '@tiptap/pm/state'
import { Decoration, DecorationSet } from '@tiptap/pm/view'
import { planWords } from '../../../../words/plan.ts'
import type { Reading } from '../reading.ts'

const key = new PluginKey<DecorationSet>('sectionSteps')

/** "3 of 6" beside the headings of the outermost parts that have steps. It is drawn, so it is no part of the text. */
export const SectionSteps = Extension.create({
  name: 'sectionSteps',
  addProseMirrorPlugins() {
    return [
      new Plugin<DecorationSet>({
        key,
        state: {
          init: () => DecorationSet.empty,
          apply: (tr, before) => {
            const next: unknown = tr.getMeta(key)
            return next instanceof DecorationSet ? next : before.map(tr.mapping, tr.doc)
          },
        },
        props: { decorations: (state) => key.getState(state) },
      }),
    ]
  },
})

/** Shows what was read; `editor` may have gone on since, then the next reading tells. */
export function showSteps(editor: Editor, reading: Reading): void {
  const { doc, tr } = editor.state
  const marks = reading.sections.flatMap(({ at, level, steps }) => {
    const heading = level === 1 && steps.total > 0 && at < doc.content.size ? doc.nodeAt(at) : null
    if (heading?.type.name !== 'heading') return []
    return [
      Decoration.node(at, at + heading.nodeSize, {
        'data-steps': planWords.outline.stepsBeside(steps.done, steps.total),
      }),
    ]
  })
  editor.view.dispatch(tr.setMeta(key, DecorationSet.create(doc, marks)).setMeta('addToHistory', false))
}
