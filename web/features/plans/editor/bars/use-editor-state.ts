import type { Editor } from '@tiptap/core'
import { createSignal, onCleanup, type Accessor } from 'solid-js'

/**
 * What a control shows of an editor, read at most once a frame however much is written. `read` must be cheap: it may look at the selection, not at the whole
 * document. Needs an owner.
 */
export function useEditorState<T>(
  editor: Editor,
  read: (editor: Editor) => T,
  equals?: (a: T, b: T) => boolean,
): Accessor<T> {
  const [state, setState] = createSignal(read(editor), equals === undefined ? undefined : { equals })
  let frame: number | undefined
  const follow = (): void => {
    frame ??= requestAnimationFrame(() => {
      frame = undefined
      if (!editor.isDestroyed) setState(() => read(editor))
    })
  }
  editor.on('transaction', follow)
  onCleanup(() => {
    if (frame !== undefined) cancelAnimationFrame(frame)
    editor.off('transaction', follow)
  })
  return state
}

/** For states that are lists of plain values. */
export function sameFields<T extends object>(a: T, b: T): boolean {
  const [left, right] = [Object.entries(a), new Map<string, unknown>(Object.entries(b))]
  return left.length === right.size && left.every(([key, value]) => Object.is(right.get(key), value))
}
