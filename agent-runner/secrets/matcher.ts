/** Looks for many texts at once in a stream of UTF-16 units, in time that does not depend on how many they are (Aho and Corasick, 1975). */
export interface Matcher {
  cursor(): Cursor
}

export interface Cursor {
  /** Takes the unit at `position`. */
  take(unit: number, position: number): void
  /** The longest text that ends with the unit taken last, if any does. */
  hit(): Hit | undefined
  /** Where what may become a text begins; `undefined`: nowhere. */
  pending(): Hit | undefined
}

export interface Hit {
  /** Position of its first unit. */
  start: number
  name: string
  /** Units of it that were taken, and that the text has. */
  taken: number
  length: number
}

export interface Pattern {
  text: string
  name: string
}

const lineFeed = 10
const isBreak = (unit: number): boolean => unit === lineFeed || unit === 13 || unit === 32

/**
 * `breaks`: line breaks and spaces inside a text don't count, as tools break long lines of Base64; in a diff neither does the sign at the
 * start of each line.
 */
export function createMatcher(patterns: readonly Pattern[], breaks: 'none' | 'lines' | 'diff' = 'none'): Matcher {
  const most = patterns.reduce((sum, { text }) => sum + text.length, 1)
  const unitOf = new Uint16Array(most)
  const firstChild = new Int32Array(most)
  const sibling = new Int32Array(most)
  const depth = new Int32Array(most)
  const fail = new Int32Array(most)
  /** The pattern that ends here, and one that goes through here: its place and one more, 0 for none. */
  const ends = new Int32Array(most)
  const through = new Int32Array(most)
  const fromRoot = new Int32Array(65_536)
  const roots: number[] = []
  let count = 1
  let longest = 1

  for (const [place, { text }] of patterns.entries()) insert(text, place + 1)
  link()

  function insert(text: string, pattern: number): void {
    let node = 0
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at)
      let child = childOf(node, unit)
      if (child === 0) {
        child = count++
        unitOf[child] = unit
        depth[child] = at + 1
        through[child] = pattern
        if (node === 0) {
          fromRoot[unit] = child
          roots.push(child)
        } else {
          sibling[child] = firstChild[node] ?? 0
          firstChild[node] = child
        }
      }
      node = child
    }
    if (ends[node] === 0) ends[node] = pattern
    longest = Math.max(longest, text.length)
  }

  function childOf(node: number, unit: number): number {
    if (node === 0) return fromRoot[unit] ?? 0
    let child = firstChild[node] ?? 0
    while (child !== 0 && unitOf[child] !== unit) child = sibling[child] ?? 0
    return child
  }

  function next(from: number, unit: number): number {
    let node = from
    for (;;) {
      const child = childOf(node, unit)
      if (child !== 0 || node === 0) return child
      node = fail[node] ?? 0
    }
  }

  /** Level by level: where to go on when the next unit fits no child, and the longest pattern that ends at each node. */
  function link(): void {
    const order = new Int32Array(count)
    let end = 0
    for (const child of roots) order[end++] = child
    for (let at = 0; at < end; at++) {
      const node = order[at] ?? 0
      const back = fail[node] ?? 0
      if (ends[node] === 0) ends[node] = ends[back] ?? 0
      for (let child = firstChild[node] ?? 0; child !== 0; child = sibling[child] ?? 0) {
        fail[child] = next(back, unitOf[child] ?? 0)
        order[end++] = child
      }
    }
  }

  function cursor(): Cursor {
    let node = 0
    let afterBreak = false
    /** Positions of the units taken last, needed only where some are passed over. */
    const ring = breaks === 'none' ? undefined : new Float64Array(longest)
    let taken = 0
    let last = 0
    const startOf = (length: number): number =>
      ring === undefined ? last - length + 1 : (ring[(taken - length) % longest] ?? 0)

    function at(pattern: number, units: number): Hit | undefined {
      const found = patterns[pattern - 1]
      if (found === undefined || units === 0) return undefined
      return { start: startOf(units), name: found.name, taken: units, length: found.text.length }
    }

    let isFresh = false
    return {
      take(unit, position) {
        isFresh = false
        if (ring !== undefined) {
          const isSign = afterBreak && breaks === 'diff' && (unit === 43 || unit === 45 || unit === 32)
          afterBreak = unit === lineFeed
          if (isSign || isBreak(unit)) return
          ring[taken % longest] = position
        }
        taken++
        last = position
        isFresh = true
        node = next(node, unit)
      },
      hit: () => {
        const pattern = ends[node] ?? 0
        return isFresh && pattern !== 0 ? at(pattern, patterns[pattern - 1]?.text.length ?? 0) : undefined
      },
      pending: () => at(through[node] ?? 0, depth[node] ?? 0),
    }
  }

  return { cursor }
}
