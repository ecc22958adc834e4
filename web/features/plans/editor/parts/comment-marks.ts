import { Extension, type Editor } from '@tiptap/core'
import { Plugin, PluginKey } from '@tiptap/pm/state'
import { Decoration, DecorationSet } from '@tiptap/pm/view'
import type { Place } from '../anchors.ts'
import styles from './comment-marks.module.css'

const key = new PluginKey<DecorationSet>('commentMarks')

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
        onComment()
        return true
      },
    }
  },
  addProseMirrorPlugins() {
    const { onThread } = this.options
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
        props: {
          decorations: (state) => key.getState(state),
          handleClick(view, _at, event) {
            const mark = event.target instanceof Element ? event.target.closest('[data-thread]') : null
            const thread = mark?.getAttribute('data-thread')
            // The caret goes there all the same.
            if (typeof thread === 'string' && view.state.selection.empty) onThread(thread)
            return false
          },
        },
      }),
    ]
  },
})

export function showComments(editor: Editor, marks: readonly CommentMark[]): void {
  const { doc, tr } = editor.state
  if (marks.length === 0 && key.getState(editor.state) === DecorationSet.empty) return
  const drawn = marks
    .filter(({ from, to }) => from < to && to <= doc.content.size)
    .map(({ from, to, thread, isActive }) =>
      Decoration.inline(from, to, {
        class: styles.mark ?? '',
        'data-thread': thread,
        ...(isActive ? { 'data-active': '' } : {}),
      }),
    )
  editor.view.dispatch(tr.setMeta(key, DecorationSet.create(doc, drawn)).setMeta('addToHistory', false))
}
