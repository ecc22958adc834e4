import { Extension } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { Plugin, type EditorState, type Transaction } from '@tiptap/pm/state'
import { ReplaceStep } from '@tiptap/pm/transform'
import { ySyncPluginKey } from '@tiptap/y-tiptap'

/** What has an `id` in the schema. */
const named: ReadonlySet<string> = new Set(['heading', 'taskItem'])

/**
 * Gives a section or a step that was made here its id, and one that was copied here another. What comes from others has been named by them, or is by the
 * server: two devices would each give another name. The cost follows the change; the whole document is only read when a named part was put in.
 */
export const NameParts = Extension.create<{ newId: () => string }>({
  name: 'nameParts',
  addOptions: () => ({ newId: () => '' }),
  addProseMirrorPlugins() {
    const { newId } = this.options
    return [
      new Plugin({
        appendTransaction: (transactions, _before, state) => {
          const own = transactions.filter((tr) => tr.docChanged && tr.getMeta(ySyncPluginKey) === undefined)
          return own.length === 0 ? null : nameChanged(own, state, newId)
        },
      }),
    ]
  },
})

function nameChanged(own: readonly Transaction[], state: EditorState, newId: () => string): Transaction | null {
  const unnamed = own.some(putsNamedIn) ? doubled(state.doc) : new Set<number>()
  for (const { from, to } of changedRanges(own))
    state.doc.nodesBetween(from, Math.min(to, state.doc.content.size), (node, at) => {
      if (named.has(node.type.name) && idOf(node) === null) unnamed.add(at)
      return !node.isTextblock
    })
  if (unnamed.size === 0) return null
  const tr = state.tr
  for (const at of unnamed) tr.setNodeAttribute(at, 'id', newId())
  return tr
}

/** Where the documents of these transactions, one after the other, were changed: places of the last one. */
function changedRanges(own: readonly Transaction[]): readonly { readonly from: number; readonly to: number }[] {
  return own.flatMap((tr, index) =>
    tr.mapping.maps.flatMap((map, step) => {
      const ranges: { from: number; to: number }[] = []
      map.forEach((_oldFrom, _oldTo, newFrom, newTo) => {
        let [from, to] = [newFrom, newTo]
        const rest = tr.mapping.slice(step + 1)
        ;[from, to] = [rest.map(from, -1), rest.map(to, 1)]
        for (const later of own.slice(index + 1)) [from, to] = [later.mapping.map(from, -1), later.mapping.map(to, 1)]
        ranges.push({ from, to })
      })
      return ranges
    }),
  )
}

function putsNamedIn(tr: Transaction): boolean {
  return tr.steps.some((step) => {
    if (!(step instanceof ReplaceStep)) return false
    let found = false
    step.slice.content.descendants((node) => {
      found ||= named.has(node.type.name) && idOf(node) !== null
      return !found && !node.isTextblock
    })
    return found
  })
}

/** Parts whose id one before them has. */
function doubled(doc: Node): Set<number> {
  const known = new Set<string>()
  const places = new Set<number>()
  doc.descendants((node, at) => {
    const id = named.has(node.type.name) ? idOf(node) : null
    if (id !== null && known.has(id)) places.add(at)
    if (id !== null) known.add(id)
    return !node.isTextblock
  })
  return places
}

function idOf(node: Node): string | null {
  const id: unknown = node.attrs['id']
  return typeof id === 'string' && id !== '' ? id : null
}
