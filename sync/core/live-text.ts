import { appendAt, emptyText } from '#shared/domain/bounded-text.ts'
import type { EntryBody, TranscriptEntry } from '#shared/domain/transcript.ts'
import type { LiveDelta } from '#shared/protocol/browser-socket.ts'

/** The entry with a piece of growing text; `undefined` when it does not fit: a gap, or an entry without such a text. */
export function withDelta(
  entry: TranscriptEntry,
  delta: Pick<LiveDelta, 'field' | 'offset' | 'text'>,
): TranscriptEntry | undefined {
  const { body } = entry
  if (delta.field === 'text') {
    if (body.kind !== 'message' && body.kind !== 'thought') return undefined
    const text = appendAt(body.text, delta.offset, delta.text)
    return text === undefined ? undefined : { ...entry, body: { ...body, text } }
  }
  if (body.kind !== 'tool' && body.kind !== 'step') return undefined
  const output = appendAt(body.output ?? emptyText, delta.offset, delta.text)
  return output === undefined ? undefined : { ...entry, body: { ...body, output } }
}

/** Whether nothing more is streamed into the entry. */
export function isFinished(body: EntryBody): boolean {
  switch (body.kind) {
    case 'message':
    case 'thought':
      return body.done
    case 'tool':
    case 'step':
      return body.status !== 'pending' && body.status !== 'in_progress'
    default:
      return true
  }
}

/** The longer of two states of one unfinished entry: rows and live text arrive in any order. */
export function newerEntry(row: TranscriptEntry, live: TranscriptEntry | undefined): TranscriptEntry {
  if (live === undefined || isFinished(row.body)) return row
  return grownLength(live.body) > grownLength(row.body) ? live : row
}

function grownLength(body: EntryBody): number {
  switch (body.kind) {
    case 'message':
    case 'thought':
      return body.text.length
    case 'tool':
      return body.output?.length ?? 0
    case 'step':
      return body.output.length
    default:
      return 0
  }
}
