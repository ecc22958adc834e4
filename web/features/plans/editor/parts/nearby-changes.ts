import { Extension } from '@tiptap/core'
import { Slice, type Node } from '@tiptap/pm/model'
import { Plugin, type Transaction } from '@tiptap/pm/state'
import { ReplaceStep } from '@tiptap/pm/transform'
import { ProsemirrorBinding, ySyncPluginKey } from '@tiptap/y-tiptap'

/**
 * What others write changes the text where they write it. y-tiptap 3.0.9 makes every block of the document anew for each change of others and puts the
 * whole in place of the whole, so a long plan is drawn again for each of their keys, and what is drawn over the text (comments, colours of code) goes
 * and comes back. Here the blocks that they did not touch are kept, and only the range that differs is replaced.
 */
export const NearbyChanges = Extension.create({
  name: 'nearbyChanges',
  // After the binding's own plugin, so that it is there.
  priority: 1,
  addProseMirrorPlugins: () => [
    new Plugin({
      view(view) {
        const { binding }: { binding: unknown } = ySyncPluginKey.getState(view.state)
        if (binding instanceof ProsemirrorBinding) keepUntouched(binding)
        return {}
      },
    }),
  ],
})

type Observer = Parameters<ProsemirrorBinding['type']['observeDeep']>[0]

function keepUntouched(binding: ProsemirrorBinding): void {
  const { mapping, type } = binding
  const whole: Observer = binding._observeFunction
  const nearby: Observer = (events, transaction) => {
    // It forgets what changed, with all that it lies in, and then everything: the second is what costs.
    mapping.clear = () => undefined
    try {
      whole(events, transaction)
    } catch (error) {
      // It can look for the caret beyond the end of a text that became shorter, and would leave the editor without the change: the next key would then
      // take back what others wrote. Without the caret's place as Yjs tells it, the caret goes with the text around it.
      if (!(error instanceof RangeError) || binding.beforeTransactionSelection === null) throw error
      Object.assign(binding, { beforeTransactionSelection: null })
      whole(events, transaction)
    } finally {
      Reflect.deleteProperty(mapping, 'clear')
    }
  }
  type.unobserveDeep(whole)
  type.observeDeep(nearby)
  // It ends by this name.
  binding._observeFunction = nearby
  Object.defineProperty(binding, '_tr', { configurable: true, get: () => narrowed(binding.prosemirrorView.state.tr) })
}

/** A transaction of the binding, in which a replacement of the whole document is one of what differs. */
function narrowed(tr: Transaction): Transaction {
  const replace = tr.replace.bind(tr)
  tr.replace = (from, to, slice) => {
    if (from !== 0 || to !== tr.doc.content.size || slice === undefined) return replace(from, to, slice)
    const step = difference(tr.doc, tr.doc.copy(slice.content))
    if (step === undefined) return tr
    // Two may have deleted all that there was: what a document must have is filled in by the one that fits a slice into its place.
    return tr.maybeStep(step).failed === null ? tr : replace(from, to, slice)
  }
  return tr.setMeta('addToHistory', false)
}

/** The smallest replacement that makes `before` `after`: within one block of text, or of whole outermost blocks. */
export function difference(before: Node, after: Node): ReplaceStep | undefined {
  const start = before.content.findDiffStart(after.content)
  const ends = before.content.findDiffEnd(after.content)
  if (start === null || ends === null) return undefined
  // Where letters repeat, both ends are found beyond each other.
  const overlap = Math.max(0, start - Math.min(ends.a, ends.b))
  const [a, b] = [ends.a + overlap, ends.b + overlap]
  const [from, to, other] = [before.resolve(start), before.resolve(a), after.resolve(b)]
  if (from.parent.isTextblock && from.sameParent(to) && after.resolve(start).sameParent(other))
    return new ReplaceStep(start, a, after.slice(start, b))
  // A change in a block makes the block another one; one that stands between two is between them.
  const first = from.depth === 0 ? from.index() : from.index(0)
  const [last, lastOther] = [lastIndex(before, a), lastIndex(after, b)]
  const place = (doc: Node, index: number): number => {
    let at = 0
    for (let n = 0; n < index; n++) at += doc.child(n).nodeSize
    return at
  }
  const blocks = after.slice(place(after, first), place(after, lastOther))
  return new ReplaceStep(place(before, first), place(before, last), new Slice(blocks.content, 0, 0))
}

/** How many outermost blocks begin before `at`. */
function lastIndex(doc: Node, at: number): number {
  const place = doc.resolve(at)
  return place.depth === 0 ? place.index() : place.index(0) + 1
}
