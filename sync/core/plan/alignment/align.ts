/** A place in each of two sequences. */
export type Pair = readonly [number, number]

/** Up to here the longest common subsequence is found exactly; it costs this many steps at most for each stretch between two anchors. */
const exactLimit = 10_000

type Window = { readonly a0: number; readonly a1: number; readonly b0: number; readonly b1: number }

/**
 * Which keys of `a` stand in `b` too, in order. Equal ends first, then keys that are there once on both sides (patience diff), each stretch between
 * them again, and the longest common subsequence where a stretch is small. Of large stretches without a unique key nothing is paired: the cost is about n·log n and at most
 * `exactLimit` steps a stretch, so 2,000 blocks against 2,000 others take milliseconds, whatever they are.
 */
export function alignKeys(a: readonly string[], b: readonly string[]): Pair[] {
  const pairs: Pair[] = []
  const open: Window[] = [{ a0: 0, a1: a.length, b0: 0, b1: b.length }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const rest = trimmed(a, b, next, pairs)
    const n = rest.a1 - rest.a0
    const m = rest.b1 - rest.b0
    if (n === 0 || m === 0) continue
    if (n * m <= exactLimit) {
      pairs.push(...longestCommon(a, b, rest))
      continue
    }
    const anchors = uniquePairs(a, b, rest)
    if (anchors.length === 0) continue
    pairs.push(...anchors)
    let { a0, b0 } = rest
    for (const [i, j] of anchors) {
      open.push({ a0, a1: i, b0, b1: j })
      a0 = i + 1
      b0 = j + 1
    }
    open.push({ a0, a1: rest.a1, b0, b1: rest.b1 })
  }
  return pairs.sort(([i], [j]) => i - j)
}

function trimmed(a: readonly string[], b: readonly string[], window: Window, pairs: Pair[]): Window {
  let { a0, a1, b0, b1 } = window
  while (a0 < a1 && b0 < b1 && a[a0] === b[b0]) pairs.push([a0++, b0++])
  while (a1 > a0 && b1 > b0 && a[a1 - 1] === b[b1 - 1]) pairs.push([--a1, --b1])
  return { a0, a1, b0, b1 }
}

function longestCommon(a: readonly string[], b: readonly string[], { a0, a1, b0, b1 }: Window): Pair[] {
  const m = b1 - b0
  const lengths = new Uint16Array((a1 - a0 + 1) * (m + 1))
  const at = (i: number, j: number): number => lengths[(i - a0) * (m + 1) + (j - b0)] ?? 0
  for (let i = a1 - 1; i >= a0; i--)
    for (let j = b1 - 1; j >= b0; j--)
      lengths[(i - a0) * (m + 1) + (j - b0)] =
        a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  const pairs: Pair[] = []
  for (let i = a0, j = b0; i < a1 && j < b1;) {
    if (a[i] === b[j]) pairs.push([i++, j++])
    else if (at(i + 1, j) >= at(i, j + 1)) i++
    else j++
  }
  return pairs
}

/** The longest increasing row of keys that are there once in both windows. */
function uniquePairs(a: readonly string[], b: readonly string[], { a0, a1, b0, b1 }: Window): Pair[] {
  const inA = once(a, a0, a1)
  const inB = once(b, b0, b1)
  const pairs = [...inA].flatMap(([key, i]): Pair[] => {
    const j = inB.get(key)
    return j === undefined || j < 0 || i < 0 ? [] : [[i, j]]
  })
  return longestIncreasing(pairs)
}

/** Where each key stands; negative for one that stands there twice. */
function once(keys: readonly string[], from: number, to: number): Map<string, number> {
  const found = new Map<string, number>()
  for (let index = from; index < to; index++) {
    const key = keys[index]
    if (key !== undefined) found.set(key, found.has(key) ? -1 : index)
  }
  return found
}

/** Of pairs that rise on the left, the most that rise on the right too. https://en.wikipedia.org/wiki/Patience_sorting */
function longestIncreasing(pairs: readonly Pair[]): Pair[] {
  /** For each length, the index of the pair that ends a row of that length lowest. */
  const ends: number[] = []
  const before: (number | undefined)[] = []
  for (const [index, pair] of pairs.entries()) {
    let low = 0
    let high = ends.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((pairs[ends[middle] ?? 0]?.[1] ?? 0) < pair[1]) low = middle + 1
      else high = middle
    }
    before.push(ends[low - 1])
    ends[low] = index
  }
  const result: Pair[] = []
  for (let index = ends.at(-1); index !== undefined; index = before[index]) {
    const pair = pairs[index]
    if (pair !== undefined) result.push(pair)
  }
  return result.toReversed()
}
