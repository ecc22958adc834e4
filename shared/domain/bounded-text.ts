import { z } from 'zod'
import { BlobHash } from '../ids.ts'

/**
 * Text of unknown length inside a row of bounded size: the first `headLimit` and the last `tailLimit` UTF-16 units,
 * the whole length, and, once it is finished and did not fit, the hash of a blob that holds all of it, or of each part of it.
 * Offsets make appending idempotent: a repeated or overlapping piece changes nothing.
 */
export const headLimit = 6_000
export const tailLimit = 6_000
/** A text whose UTF-8 has more bytes than this is stored in parts of this size; the last one has what is left. */
export const textPartBytes = 16 * 1024 ** 2
export const maxTextParts = 64
/** What can be stored of one text, in bytes. */
export const maxTextBytes = textPartBytes * maxTextParts

export const BoundedText = z.object({
  head: z.string().max(headLimit),
  /** Empty while everything fits in `head`. */
  tail: z.string().max(tailLimit),
  /** UTF-16 units of the whole text. `length - head.length - tail.length` units are left out in the middle. */
  length: z.number().int().nonnegative(),
  /** Set when the text is finished and does not fit: fetch it by this hash. */
  blob: BlobHash.optional(),
  /** Instead of `blob`, where the text is stored in parts: their hashes, in order. A cut may go through a character. */
  parts: z.array(BlobHash).max(maxTextParts).optional(),
})
export type BoundedText = z.infer<typeof BoundedText>

/** Where all of a text is stored. */
export type StoredText = { readonly blob: BlobHash } | { readonly parts: BlobHash[] }

export const emptyText: BoundedText = { head: '', tail: '', length: 0 }

export function boundedText(text: string): BoundedText {
  return appendAt(emptyText, 0, text) ?? emptyText
}

/**
 * `text` placed at `offset`. What overlaps the known text is dropped; `undefined` says that there is a gap
 * (offset beyond the known length), and the caller must ask for the whole.
 */
export function appendAt(known: BoundedText, offset: number, text: string): BoundedText | undefined {
  if (offset > known.length) return undefined
  const fresh = text.slice(known.length - offset)
  if (fresh === '' || offset + text.length <= known.length) return known
  const length = known.length + fresh.length
  const all = known.length <= headLimit ? known.head + fresh : undefined
  const head = all === undefined ? known.head : startOf(all)
  const tail = endOf(all === undefined ? known.tail + fresh : all.slice(head.length))
  return { head, tail, length, ...storedText(known) }
}

/** `undefined`: nowhere as a whole, or not yet. */
export function storedText({ blob, parts }: BoundedText): StoredText | undefined {
  if (blob !== undefined) return { blob }
  return parts === undefined || parts.length === 0 ? undefined : { parts }
}

/** The hashes that make up the whole, in order; none where it is not stored. */
export function partsOf(text: BoundedText): readonly BlobHash[] {
  return text.blob === undefined ? (text.parts ?? []) : [text.blob]
}

/** Neither end may cut a character of two units in half: half of one is no text, and no database takes it. */
function startOf(text: string): string {
  if (text.length <= headLimit) return text
  return text.slice(0, isHalf(text, headLimit) ? headLimit - 1 : headLimit)
}

function endOf(text: string): string {
  const from = Math.max(0, text.length - tailLimit)
  return text.slice(isHalf(text, from) ? from + 1 : from)
}

/** Whether a cut at `index` would part a high surrogate from its low one. */
function isHalf(text: string, index: number): boolean {
  return /^[\ud800-\udbff][\udc00-\udfff]/.test(text.slice(Math.max(0, index - 1), index + 1)) && index > 0
}

export function omittedUnits(text: BoundedText): number {
  return text.length - text.head.length - text.tail.length
}

/** Everything if it is all here, else `undefined`. */
export function wholeText(text: BoundedText): string | undefined {
  return omittedUnits(text) === 0 ? text.head + text.tail : undefined
}
