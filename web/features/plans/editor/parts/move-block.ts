import { Extension, type Editor } from '@tiptap/core'
import { Fragment } from '@tiptap/pm/model'
import { TextSelection } from '@tiptap/pm/state'

/** Alt with the arrows moves the block, or the item of a list, that the caret is in: what a drag handle does, without a pointer. */
export const MoveBlock = Extension.create({
  name: 'moveBlock',
  addKeyboardShortcuts() {
    return {
      'Alt-ArrowUp': ({ editor }) => moveBlock(editor, -1),
      'Alt-ArrowDown': ({ editor }) => moveBlock(editor, 1),
    }
  },
})

const items: ReadonlySet<string> = new Set(['listItem', 'taskItem', 'tableRow'])

export function moveBlock(editor: Editor, by: -1 | 1): boolean {
  const { state, view } = editor
  const { $from } = state.selection
  let depth = 1
  for (let at = $from.depth; at > 0; at--)
    if (items.has($from.node(at).type.name)) {
      depth = at
      break
    }
  if ($from.depth < 1) return false
  const parent = $from.node(depth - 1)
  const index = $from.index(depth - 1)
  const other = index + by
  if (other < 0 || other >= parent.childCount) return false
  const [own, neighbour] = [parent.child(index), parent.child(other)]
  const start = $from.before(depth)
  const from = by === 1 ? start : start - neighbour.nodeSize
  const pair = by === 1 ? [neighbour, own] : [own, neighbour]
  const tr = state.tr.replaceWith(from, from + own.nodeSize + neighbour.nodeSize, Fragment.fromArray(pair))
  const shift = by === 1 ? neighbour.nodeSize : -neighbour.nodeSize
  tr.setSelection(TextSelection.create(tr.doc, state.selection.anchor + shift, state.selection.head + shift))
  view.dispatch(tr.scrollIntoView())
  return true
}
