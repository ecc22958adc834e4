import { diffArrays } from 'diff'

/** Words that may differ between two texts before the whole stretch between the first and the last difference counts as one. The cost grows with its square. */
const editLimit = 1_000

export type Piece = { readonly kind: 'same' | 'added' | 'removed'; readonly text: string }

/** What became of a text, by word. Where too much of it changed, it is one stretch. */
export function diffTexts(before: string, after: string): Piece[] {
  const [a, b] = [tokens(before), tokens(after)]
  const changes = diffArrays(a, b, { maxEditLength: editLimit })
  if (changes === undefined) return oneStretch(before, after)
  return changes.map(({ value, added, removed }) => ({
    kind: added ? 'added' : removed ? 'removed' : 'same',
    text: value.join(''),
  }))
}

/** Words, white space, and each other character on its own. */
function tokens(text: string): string[] {
  return text.match(/[\p{L}\p{N}\p{M}_]+|\s+|[^\p{L}\p{N}\p{M}_\s]/gu) ?? []
}

function oneStretch(before: string, after: string): Piece[] {
  const most = Math.min(before.length, after.length)
  let start = 0
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start++
  if (start > 0 && isHigh(before.charCodeAt(start - 1))) start--
  let end = 0
  while (end < most - start && before.charCodeAt(before.length - 1 - end) === after.charCodeAt(after.length - 1 - end))
    end++
  if (end > 0 && isLow(before.charCodeAt(before.length - end))) end--
  const pieces: Piece[] = [
    { kind: 'same', text: before.slice(0, start) },
    { kind: 'removed', text: before.slice(start, before.length - end) },
    { kind: 'added', text: after.slice(start, after.length - end) },
    { kind: 'same', text: before.slice(before.length - end) },
  ]
  return pieces.filter(({ text }) => text !== '')
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000
}
