import type { EntryBody, TranscriptEntry } from '#shared/domain/transcript.ts'

/** An entry whose body is of one kind. */
export type EntryOf<Kind extends EntryBody['kind']> = Omit<TranscriptEntry, 'body'> & {
  readonly body: Extract<EntryBody, { kind: Kind }>
}
