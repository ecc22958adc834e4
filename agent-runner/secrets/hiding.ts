import { formsOf } from './forms.ts'
import { createMatcher, type Cursor, type Hit, type Matcher, type Pattern } from './matcher.ts'

/** Puts `[secret NAME]` in the place of values, in whatever form they are printed. */
export interface Hiding {
  /** A text as a whole. `isCut`: it may begin within a value. A text that ends within one loses that beginning of it too. */
  text(text: string, options?: { isCut?: boolean }): string
  /** A piece of something that was hidden before: only whole values are looked for. */
  piece(text: string): string
  /** A whole content, whatever it is: a patch among others. */
  content(text: string): string
  /** Lines stay lines, so that it can still be read as a diff. */
  diff(text: string): string
  /** Content of any kind: text in UTF-8, or bytes. The very same object where nothing is hidden. */
  bytes(content: Uint8Array): Uint8Array
  /** A text that comes in pieces: a value is found wherever they are cut. */
  stream(): HidingStream
  /** Nothing is hidden. */
  readonly isIdle: boolean
}

export interface HidingStream {
  /** @returns what can be told by now: the beginning of what may become a value waits for its end. */
  push(piece: string): string
  /** What still waited. */
  end(): string
}

export interface HiddenValue {
  name: string
  texts: readonly string[]
}

interface Cover {
  start: number
  end: number
  name: string
}

export function createHiding(values: readonly HiddenValue[]): Hiding {
  const { plain, encoded } = patternsOf(values)
  if (plain.length === 0) return noHiding
  const [asIs, inLines] = [createMatcher(plain), createMatcher(encoded, 'lines')]
  // Made when they are needed: few runs print bytes.
  let inDiff: Matcher | undefined
  let asBytes: Hiding | undefined

  const stream = (): HidingStream => createStream([asIs, inLines])
  function whole(text: string): string {
    const one = stream()
    return one.push(text) + one.end()
  }

  return {
    isIdle: false,
    stream,
    text: (text, { isCut = false } = {}) => whole(isCut ? withoutEndOfValue(text, [...plain, ...encoded]) : text),
    piece: (text) => {
      const one = createStream([asIs, inLines], { partial: false })
      return one.push(text) + one.end()
    },
    content: (text) => {
      inDiff ??= createMatcher(encoded, 'diff')
      const one = createStream([asIs, inLines, inDiff], { partial: false })
      return one.push(text) + one.end()
    },
    diff: (text) => {
      inDiff ??= createMatcher(encoded, 'diff')
      const one = createStream([asIs, inDiff], { keepsLines: true })
      return one.push(text) + one.end()
    },
    bytes: (content) => {
      asBytes ??= createHiding(values.map((value) => ({ ...value, texts: value.texts.map(toLatin1) })))
      const before = Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('latin1')
      const after = asBytes.content(before)
      return after === before ? content : Buffer.from(after, 'latin1')
    },
  }
}

export const noHiding: Hiding = {
  isIdle: true,
  text: (text) => text,
  piece: (text) => text,
  content: (text) => text,
  diff: (text) => text,
  bytes: (content) => content,
  stream: () => ({ push: (piece) => piece, end: () => '' }),
}

function patternsOf(values: readonly HiddenValue[]): { plain: Pattern[]; encoded: Pattern[] } {
  const plain = new Map<string, Pattern>()
  const encoded = new Map<string, Pattern>()
  const add = (to: Map<string, Pattern>, text: string, name: string): void => {
    if (!to.has(text)) to.set(text, { text, name })
  }
  for (const { name, texts } of values)
    for (const text of texts) {
      const forms = formsOf(text)
      for (const form of forms.plain) add(plain, form, name)
      for (const form of forms.encoded) add(encoded, form, name)
    }
  return { plain: [...plain.values()], encoded: [...encoded.values()] }
}

const labelOf = (name: string): string => `[secret ${name}]`
const toLatin1 = (text: string): string => Buffer.from(text).toString('latin1')

/** A beginning of so many units is hidden at the end of a text; of a short value half of it. */
const partialUnits = 12
const isTelling = ({ taken, length }: Hit): boolean => taken >= Math.max(6, Math.min(partialUnits, length / 2))

/**
 * One pass: what a value covers is dropped as soon as it is known, so it holds no more than the longest value, however long what
 * is covered gets.
 */
function createStream(
  matchers: readonly Matcher[],
  { partial = true, keepsLines = false }: { partial?: boolean; keepsLines?: boolean } = {},
): HidingStream {
  const cursors: Cursor[] = matchers.map((matcher) => matcher.cursor())
  let held = ''
  /** Positions in the whole: of what is held, of what comes next, and up to where everything is told or dropped. */
  let base = 0
  let position = 0
  let done = 0
  let lastName = ''
  let covers: Cover[] = []

  function tell(limit: number): string {
    let told = ''
    covers.sort((a, b) => a.start - b.start || b.end - a.end)
    let used = 0
    for (const { start, end, name } of covers) {
      if (start >= limit) break
      used++
      if (end <= done) continue
      if (start >= done) told += slice(done, start) + labelOf(name)
      else if (name !== lastName) told += labelOf(name)
      if (keepsLines) told += linesOf(slice(Math.max(start, done), end))
      lastName = name
      done = end
    }
    covers = covers.slice(used)
    if (done < limit) {
      told += slice(done, limit)
      done = limit
    }
    held = held.slice(Math.min(done, position) - base)
    base = Math.min(done, position)
    return told
  }

  function slice(from: number, to: number): string {
    return held.slice(from - base, to - base)
  }

  return {
    push(piece) {
      held += piece
      for (let at = 0; at < piece.length; at++, position++) {
        const unit = piece.charCodeAt(at)
        for (const cursor of cursors) {
          cursor.take(unit, position)
          const hit = cursor.hit()
          if (hit !== undefined) note({ start: hit.start, end: position + 1, name: hit.name })
        }
      }
      let limit = position
      for (const cursor of cursors) limit = Math.min(limit, cursor.pending()?.start ?? position)
      return tell(limit)
    },
    end() {
      for (const cursor of cursors) {
        const pending = partial ? cursor.pending() : undefined
        if (pending !== undefined && isTelling(pending)) note({ ...pending, end: position })
      }
      return tell(position)
    },
  }

  /** One that grows at its end, as in a row of equal letters, is one. */
  function note({ start, end, name }: Cover): void {
    const last = covers.at(-1)
    if (last !== undefined && last.name === name && start >= last.start && start < last.end) last.end = end
    else covers.push({ start, end, name })
  }
}

/** The breaks of a covered part, each with the sign of the line behind it. */
function linesOf(covered: string): string {
  return (covered.match(/\n[ +-]?/g) ?? []).join('')
}

/** Of a text that may have been cut before its start: the longest end of a value that it begins with is gone. */
function withoutEndOfValue(text: string, patterns: readonly Pattern[]): string {
  let longest = 0
  let name = ''
  for (const pattern of patterns) {
    const least = Math.max(6, Math.min(partialUnits, pattern.text.length / 2), longest + 1)
    for (let units = Math.min(pattern.text.length - 1, text.length); units >= least; units--) {
      if (!text.startsWith(pattern.text.slice(-units))) continue
      longest = units
      name = pattern.name
      break
    }
  }
  return longest === 0 ? text : `${labelOf(name)}${text.slice(longest)}`
}
