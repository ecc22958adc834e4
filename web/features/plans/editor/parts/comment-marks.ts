import { Extension, type Editor } from '@tiptap/core'
import { Decoration } from '@tiptap/pm/view'
import type { Place } from '../anchors.ts'
import { createDrawn } from './drawn.ts'
import styles from './comment-marks.module.css'

const drawn = createDrawn('commentMarks')

export type CommentMark = Place & { readonly thread: string; readonly isActive: boolean }

export type CommentMarksOptions = {
  /** A commented text was pressed. */
  readonly onThread: (thread: string) => void
  /** What is selected is to be commented. */
  readonly onComment: () => void
}

/** Lines under what is commented. Drawn, so they are no part of the text. */
export const CommentMarks = Extension.create<CommentMarksOptions>({
  name: 'commentMarks',
  addOptions: () => ({ onThread: () => undefined, onComment: () => undefined }),
  addKeyboardShortcuts() {
    const { onComment } = this.options
    return {
      'Mod-Alt-m': () => {
        // What was selected by the keys just before is told by the browser first.
        setTimeout(onComment)
        return true
      },
    }
  },
  addProseMirrorPlugins() {
    const { onThread } = this.options
    return [
      drawn.plugin({
        handleClick(view, _at, event) {
          const mark = event.target instanceof Element ? event.target.closest('[data-thread]') : null
          const thread = mark?.getAttribute('data-thread')
          // The caret goes there all the same.
          if (typeof thread === 'string' && view.state.selection.empty) onThread(thread)
          return false
        },
      }),
    ]
  },
})

export function showComments(editor: Editor, marks: readonly CommentMark[]): void {
  drawn.show(editor, (doc) =>
    marks
      .filter(({ from, to }) => from < to && to <= doc.content.size)
      .map(({ from, to, thread, isActive }) =>
        Decoration.inline(from, to, {
          class: styles.mark ?? '',
          'data-thread': thread,
          ...(isActive ? { 'data-active': '' } : {}),
        }),
      ),
  )
}
