import { createEffect, onCleanup, type Accessor } from 'solid-js'

/** The name by which the style sheet paints the words that were found. */
const markName = 'found'
/** Places that are painted at once: only what is near the window is in the page. */
const mostMarks = 500

/** Paints the words wherever they stand in `log`, as it changes. A browser without highlights marks the entry alone. Needs an owner. */
export function useFoundMarks(log: Accessor<HTMLElement | undefined>, words: Accessor<string>): void {
  if (typeof Highlight === 'undefined' || !('highlights' in CSS)) return
  createEffect(() => {
    const [root, wanted] = [log(), words().toLowerCase()]
    if (root === undefined || wanted === '') return
    let frame: number | undefined
    const paint = (): void => {
      frame = undefined
      CSS.highlights.set(markName, new Highlight(...rangesOf(root, wanted)))
    }
    const soon = (): void => {
      frame ??= requestAnimationFrame(paint)
    }
    soon()
    const observer = new MutationObserver(soon)
    observer.observe(root, { subtree: true, childList: true, characterData: true })
    onCleanup(() => {
      observer.disconnect()
      if (frame !== undefined) cancelAnimationFrame(frame)
      CSS.highlights.delete(markName)
    })
  })
}

function rangesOf(root: HTMLElement, wanted: string): Range[] {
  const ranges: Range[] = []
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node !== null && ranges.length < mostMarks; node = walker.nextNode()) {
    const text = (node.nodeValue ?? '').toLowerCase()
    if (text.length !== node.nodeValue?.length) continue
    for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + wanted.length)) {
      const range = new Range()
      range.setStart(node, at)
      range.setEnd(node, at + wanted.length)
      ranges.push(range)
    }
  }
  return ranges
}
