import type { Node } from '@tiptap/pm/model'
import type { Pair } from './align.ts'

/** Comparisons of one stretch of changed blocks; larger ones are paired in their order. */
const comparedLimit = 4_000
/** Words of a block that are compared. */
const wordLimit = 400
/** What two blocks of one kind are worth to each other without a common word: less than any, more than nothing. */
const sameKind = 0.05

/**
 * Which block became which, where neither was kept: blocks of one kind, in order, with the most words in common. A pair is changed in place,
 * so what somebody writes into it meanwhile stays; that is why blocks of one kind are paired also when they have nothing in common.
 */
export function pairChanged(a: readonly Node[], b: readonly Node[]): Pair[] {
  if (a.length === 0 || b.length === 0) return []
  if (a.length * b.length > comparedLimit) return inOrder(a, b)
  const bagsA = a.map(wordsOf)
  const bagsB = b.map(wordsOf)
  const width = b.length + 1
  const best = new Float64Array((a.length + 1) * width)
  const scores = new Float64Array((a.length + 1) * width)
  const at = (i: number, j: number): number => best[i * width + j] ?? 0
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--) {
      const score = a[i]?.type === b[j]?.type ? sameKind + likeness(bagsA[i], bagsB[j]) : -1
      scores[i * width + j] = score
      best[i * width + j] = Math.max(at(i + 1, j), at(i, j + 1), score < 0 ? 0 : score + at(i + 1, j + 1))
    }
  const pairs: Pair[] = []
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const score = scores[i * width + j] ?? -1
    if (score >= 0 && at(i, j) === score + at(i + 1, j + 1)) pairs.push([i++, j++])
    else if (at(i, j) === at(i + 1, j)) i++
    else j++
  }
  return pairs
}

function inOrder(a: readonly Node[], b: readonly Node[]): Pair[] {
  const pairs: Pair[] = []
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i]?.type === b[i]?.type) pairs.push([i, i])
  return pairs
}

type Bag = { readonly words: ReadonlyMap<string, number>; readonly size: number }

function wordsOf(node: Node): Bag {
  const found = node.textContent.match(/[\p{L}\p{N}]+/gu)?.slice(0, wordLimit) ?? []
  const words = new Map<string, number>()
  for (const word of found) words.set(word, (words.get(word) ?? 0) + 1)
  return { words, size: found.length }
}

/** Twice the common words by all words: 0 to 1 (Dice). */
function likeness(a: Bag | undefined, b: Bag | undefined): number {
  if (a === undefined || b === undefined || a.size + b.size === 0) return 0
  let common = 0
  for (const [word, count] of a.words) common += Math.min(count, b.words.get(word) ?? 0)
  return (2 * common) / (a.size + b.size)
}
