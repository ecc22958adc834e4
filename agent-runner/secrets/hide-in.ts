import { boundedText, storedText, wholeText, type BoundedText } from '#shared/domain/bounded-text.ts'
import type { Hiding } from './hiding.ts'

/**
 * The same value with what is secret hidden in every text of it. A text gets no longer than it was, so that it still fits where its
 * limit was kept already. Ids and hashes hold no values.
 */
export function hideIn<T>(hiding: Hiding, value: T): T {
  return hiding.isIdle ? value : (hidden(hiding, value) as T)
}

function hidden(hiding: Hiding, value: unknown): unknown {
  if (typeof value === 'string') return cutTo(hiding.text(value), value)
  if (Array.isArray(value)) return value.map((one) => hidden(hiding, one))
  if (value === null || typeof value !== 'object') return value
  // Whatever is no plain data, such as a date, holds no text of anybody's.
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  if (isBounded(value)) return inBounded(hiding, value)
  // What grows is told by places in it: it was hidden before it was cut into pieces, and may end like the beginning of a value.
  if ('type' in value && value.type === 'delta' && 'text' in value && typeof value.text === 'string')
    return { ...value, text: hiding.piece(value.text) }
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, key === 'patch' ? inPatch(hiding, one) : hidden(hiding, one)]),
  )
}

function inPatch(hiding: Hiding, patch: unknown): unknown {
  return typeof patch === 'string' ? cutTo(hiding.diff(patch), patch) : hidden(hiding, patch)
}

function inBounded(hiding: Hiding, text: BoundedText): BoundedText {
  const stored = storedText(text)
  const whole = wholeText(text)
  if (whole !== undefined) {
    const after = hiding.piece(whole)
    return after === whole ? text : { ...boundedText(after), ...stored }
  }
  const [head, tail] = [cutTo(hiding.piece(text.head), text.head), cutTo(hiding.piece(text.tail), text.tail)]
  if (head === text.head && tail === text.tail) return text
  const length = text.length - text.head.length - text.tail.length + head.length + tail.length
  return { head, tail, length, ...stored }
}

function cutTo(after: string, before: string): string {
  return after.length <= before.length ? after : after.slice(0, before.length).toWellFormed()
}

function isBounded(value: object): value is BoundedText {
  return (
    'head' in value &&
    typeof value.head === 'string' &&
    'tail' in value &&
    typeof value.tail === 'string' &&
    'length' in value &&
    typeof value.length === 'number'
  )
}
