import { z } from 'zod'
import { RunId, UserId } from '../ids.ts'
import { ObjectId } from './transcript.ts'

export const markedFilesLimit = 500
export const markedHunksLimit = 200

const gone = z.literal('gone')

/** What one person accepted of a file. */
export const FileMark = z.object({
  /** The content that was accepted as a whole; `gone`: that the file was deleted. Another content is not accepted by it. */
  file: z.union([ObjectId, gone]).optional(),
  /** Hunks by their words (`hunkName`), so that one stays accepted while the agent works elsewhere in the file. */
  hunks: z.array(z.string().min(1).max(40)).max(markedHunksLimit).optional(),
})
export type FileMark = z.infer<typeof FileMark>

/** Row `review-marks/<runId>/<userId>`. */
export const ReviewMarks = z.object({
  runId: RunId,
  userId: UserId,
  at: z.number(),
  /** By path. */
  files: z.record(z.string().max(1000), FileMark),
})
export type ReviewMarks = z.infer<typeof ReviewMarks>

/**
 * Names a hunk by what it takes away and adds, wherever it stands: FNV-1a over its changed lines with their signs, in two
 * halves, and their number. It tells apart what one person marked, and nothing depends on it being hard to forge.
 */
export function hunkName(lines: readonly { readonly kind: 'same' | 'add' | 'del'; readonly text: string }[]): string {
  const changed = lines.filter(({ kind }) => kind !== 'same').map(({ kind, text }) => `${kind} ${text}\n`)
  return `${changed.length}-${fnv(changed, 0x811c9dc5)}${fnv(changed, 0x01000193)}`
}

function fnv(texts: readonly string[], start: number): string {
  let hash = start
  for (const text of texts)
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}
