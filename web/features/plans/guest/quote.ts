import { planQuoteLimit } from '#shared/domain/plan-comment.ts'

/** Words of the text, and which of those that say the same (`GuestComment.about`). */
export type Quote = { readonly quote: string; readonly nth: number }

const runsOf = (root: ParentNode): HTMLElement[] => [...root.querySelectorAll<HTMLElement>('[data-run]')]

/** What is selected within the text; of a longer selection, its first line. `undefined`: nothing, or not there. */
export function quoteOfSelection(root: HTMLElement, selection: Selection | null): Quote | undefined {
  const range = selection === null || selection.rangeCount === 0 ? undefined : selection.getRangeAt(0)
  if (range === undefined || range.collapsed || !root.contains(range.commonAncestorContainer)) return undefined
  for (const run of runsOf(root)) {
    if (!range.intersectsNode(run)) continue
    const text = run.textContent
    const from = run.contains(range.startContainer) ? offsetIn(run, range.startContainer, range.startOffset) : 0
    const to = run.contains(range.endContainer) ? offsetIn(run, range.endContainer, range.endOffset) : text.length
    const quote = text.slice(from, to)
    const found = quoteAt(root, run, from + (quote.length - quote.trimStart().length), quote.trim())
    if (found !== undefined) return found
  }
  return undefined
}

/** All of a heading, as far as a quote goes. */
export function quoteOfHeading(root: HTMLElement, heading: HTMLElement): Quote | undefined {
  const [run] = runsOf(heading)
  const text = run?.textContent ?? ''
  return run === undefined ? undefined : quoteAt(root, run, text.length - text.trimStart().length, text.trim())
}

/** Where words of a quote stand on the page; the first, where they stand more than once. */
export function placeOfQuote(root: HTMLElement, quote: string): HTMLElement | undefined {
  return runsOf(root).find((run) => run.textContent.includes(quote))
}

function quoteAt(root: HTMLElement, run: HTMLElement, at: number, words: string): Quote | undefined {
  const quote = words.slice(0, planQuoteLimit).trimEnd()
  if (quote === '') return undefined
  let nth = 0
  for (const one of runsOf(root)) {
    const text = one.textContent
    const end = one === run ? at : text.length
    // As the server counts them: one after another.
    for (
      let found = text.indexOf(quote);
      found !== -1 && found < end;
      found = text.indexOf(quote, found + quote.length)
    )
      nth++
    if (one === run) return { quote, nth }
  }
  return undefined
}

function offsetIn(run: HTMLElement, node: Node, offset: number): number {
  const before = document.createRange()
  before.setStart(run, 0)
  before.setEnd(node, offset)
  return before.toString().length
}
