import { createSignal, onCleanup, onMount, type Accessor } from 'solid-js'

/** What a line of code takes in the page: the height of one row of text in pixels, and how many columns fit beside each other. */
export type LineRoom = { readonly height: number; readonly columns: number }

const tabSize = 4
/** Where the browser may break a line, beside spaces. */
const breaksAfter = new Set([' ', '-', '/', '|', '?'])

/**
 * How many rows `text` takes in `columns`, as CSS breaks it with `pre-wrap` and `overflow-wrap: anywhere`. A good guess: letters that are not one
 * column wide, and scripts that break elsewhere, are measured in the page like everything else.
 */
export function rowsOf(text: string, columns: number): number {
  if (columns < 1) return 1
  if (text.length <= columns && !text.includes('\t')) return 1
  let rows = 1
  /** Columns of this row that are taken, and those since the last place where it may break. */
  let taken = 0
  let word = 0
  for (const letter of text) {
    const width = letter === '\t' ? tabSize - (taken % tabSize) : 1
    // Spaces hang at the end of a row.
    if (taken + width > columns && letter !== ' ' && letter !== '\t') {
      rows++
      // A word that fits in no row is cut.
      taken = word < taken ? word : 0
      if (word >= taken + columns) word = 0
    }
    taken = Math.min(columns, taken + width)
    word = breaksAfter.has(letter) || letter === '\t' ? 0 : Math.min(columns, word + width)
  }
  return rows
}

/** The room of a line, as a sample in the page shows it. `line` holds `text`, which holds one letter, `letter`. */
export function createLineRoom(
  sample: () => { readonly line: HTMLElement; readonly text: HTMLElement; readonly letter: HTMLElement },
): Accessor<LineRoom | undefined> {
  const [room, setRoom] = createSignal<LineRoom | undefined>(undefined, {
    equals: (a, b) => a?.height === b?.height && a?.columns === b?.columns,
  })
  onMount(() => {
    const { line, text, letter } = sample()
    // It tells after the page was laid out, so that reading sizes costs nothing.
    const observer = new ResizeObserver(() => {
      const wide = letter.getBoundingClientRect().width
      const height = line.getBoundingClientRect().height
      if (wide > 0 && height > 0) setRoom({ height, columns: Math.floor((text.clientWidth + 0.5) / wide) })
    })
    for (const element of [line, text]) observer.observe(element)
    onCleanup(() => observer.disconnect())
  })
  return room
}
