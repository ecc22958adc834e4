import { Extension, type Editor } from '@tiptap/core'
import { Decoration } from '@tiptap/pm/view'
import { planWords } from '../../../../words/plan.ts'
import type { Reading } from '../reading.ts'
import { createDrawn } from './drawn.ts'

const drawn = createDrawn('sectionSteps')

/** "3 of 6" beside the headings of the outermost parts that have steps. It is drawn, so it is no part of the text. */
export const SectionSteps = Extension.create({
  name: 'sectionSteps',
  addProseMirrorPlugins: () => [drawn.plugin()],
})

/** Shows what was read; `editor` may have gone on since, then the next reading tells. */
export function showSteps(editor: Editor, reading: Reading): void {
  drawn.show(editor, (doc) =>
    reading.sections.flatMap(({ at, level, steps }) => {
      const heading = level === 1 && steps.total > 0 && at < doc.content.size ? doc.nodeAt(at) : null
      if (heading?.type.name !== 'heading') return []
      return [
        Decoration.node(at, at + heading.nodeSize, {
          'data-steps': planWords.outline.stepsBeside(steps.done, steps.total),
        }),
      ]
    }),
  )
}
