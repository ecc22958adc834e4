import type { Editor } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { createEffect, createMemo, createSignal, on, onCleanup, type Accessor } from 'solid-js'
import { fold } from '../../../state/find.ts'

/** Words that are looked for in one plan. */
export type PlanFind = {
  readonly isOpen: Accessor<boolean>
  readonly text: Accessor<string>
  readonly setText: (text: string) => void
  readonly hits: Accessor<number>
  /** The one that is shown, counted from 1; 0 while there is none. */
  readonly place: Accessor<number>
  readonly open: () => void
  /** The caret goes to what was found. */
  readonly close: () => void
  readonly step: (by: -1 | 1) => void
}

/** The name by which the style sheet paints the hit that is shown. */
const hereName = 'found-here'
const mostHits = 5000
const pauseMs = 120

/** Needs an owner. */
export function createPlanFind(editor: Accessor<Editor | undefined>): PlanFind {
  const [isOpen, setOpen] = createSignal(false)
  const [text, setText] = createSignal('')
  const [hits, setHits] = createSignal<readonly Hit[]>([])
  const [index, setIndex] = createSignal(0)
  const [changes, setChanges] = createSignal(0)
  const wanted = createMemo(() => (isOpen() ? fold(text().trim()) : ''))
  const here = createMemo(() => hits()[Math.min(index(), hits().length - 1)])

  // What others write while one looks moves the hits.
  createEffect(() => {
    const known = editor()
    if (known === undefined || wanted() === '') return
    const count = (): void => void setChanges((before) => before + 1)
    known.on('update', count)
    onCleanup(() => known.off('update', count))
  })
  createEffect(
    on([editor, wanted, changes], ([known, words], before) => {
      if (known === undefined || words === '') {
        setHits([])
        return
      }
      const timer = setTimeout(() => {
        if (known.isDestroyed) return
        const found = hitsIn(known.state.doc, words)
        const caret = known.state.selection.from
        if (before?.[1] !== words)
          setIndex(
            Math.max(
              0,
              found.findIndex(({ to }) => to > caret),
            ),
          )
        setHits(found)
      }, pauseMs)
      onCleanup(() => clearTimeout(timer))
    }),
  )
  createEffect(
    on(here, (hit) => {
      const known = editor()
      if (known === undefined || hit === undefined) return
      const range = rangeOf(known, hit)
      if (range === undefined) return
      range.startContainer.parentElement?.scrollIntoView({ block: 'center' })
      if (typeof Highlight === 'undefined' || !('highlights' in CSS)) return
      CSS.highlights.set(hereName, new Highlight(range))
      onCleanup(() => CSS.highlights.delete(hereName))
    }),
  )

  return {
    isOpen,
    text,
    setText,
    hits: () => hits().length,
    place: () => (hits().length === 0 ? 0 : Math.min(index(), hits().length - 1) + 1),
    open: () => setOpen(true),
    close() {
      const [known, hit] = [editor(), here()]
      setOpen(false)
      if (known === undefined) return
      if (hit !== undefined && hit.to <= known.state.doc.content.size) known.commands.setTextSelection(hit)
      known.commands.focus(undefined, { scrollIntoView: false })
    },
    step(by) {
      const count = hits().length
      if (count > 0) setIndex((before) => (Math.min(before, count - 1) + by + count) % count)
    },
  }
}

type Hit = { readonly from: number; readonly to: number }

/** Places of `words` in blocks of text, whatever marks they have; `words` is folded. */
export function hitsIn(doc: Node, words: string): readonly Hit[] {
  const hits: Hit[] = []
  doc.descendants((node, at) => {
    if (hits.length >= mostHits) return false
    if (!node.isTextblock) return true
    // Each thing that is no text takes one place, and one sign here.
    const text = node.textBetween(0, node.content.size, undefined, '\ufffc')
    const folded = fold(text)
    // A letter that has another length in the other case would shift every place after it.
    const read = folded.length === text.length ? folded : text
    for (let from = read.indexOf(words); from !== -1; from = read.indexOf(words, from + words.length))
      hits.push({ from: at + 1 + from, to: at + 1 + from + words.length })
    return false
  })
  return hits.slice(0, mostHits)
}

function rangeOf(editor: Editor, hit: Hit): Range | undefined {
  try {
    const [start, end] = [editor.view.domAtPos(hit.from, 1), editor.view.domAtPos(hit.to, -1)]
    const range = new Range()
    range.setStart(start.node, start.offset)
    range.setEnd(end.node, end.offset)
    return range
  } catch {
    // The text went on between the search and now.
    return undefined
  }
}
