import type { TranscriptEntry } from '#shared/domain/transcript.ts'
import type { RunSearch } from '../../../state/run-search.ts'

/** What an address names other than by an entry's number: a question that was settled, or the end of a turn. */
export type Place = Pick<RunSearch, 'ask' | 'turn'>

/** `n` of the entry at `place`; `undefined` while no such entry is at hand. */
export function findPlace(entries: readonly TranscriptEntry[], place: Place): number | undefined {
  if (place.ask !== undefined) {
    const { ask } = place
    return entries.findLast(({ body }) => body.kind === 'permission' && body.permissionId === ask)?.n
  }
  return place.turn === undefined ? undefined : entries.findLast(({ turn }) => turn === place.turn)?.n
}

/** Whether older entries could hold it. A question's turn is not known, so nothing rules it out. */
export function mayBeOlder(entries: readonly TranscriptEntry[], place: Place): boolean {
  const oldest = entries[0]
  return oldest !== undefined && (place.turn === undefined || oldest.turn >= place.turn)
}
