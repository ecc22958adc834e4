import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { z } from 'zod'
import { PlanParticipant } from '#shared/domain/plan-participant.ts'
import { roomBounds } from '#shared/protocol/plan-room.ts'

/** What one client of Yjs says of itself. `json`: its state; `null`: it has left. */
export type AwarenessEntry = { readonly client: number; readonly clock: number; readonly json: string }

export const gone = 'null'

const Said = z.object({ user: PlanParticipant })

/** Whose state it is, as the room or this server wrote it. */
export function participantOf(json: string): PlanParticipant | undefined {
  return Said.safeParse(JSON.parse(json)).data?.user
}

/** Clients in one message: a provider that repeats everybody is within it. */
const maxEntries = 2 * roomBounds.connections

/** `undefined`: it is none, or something in it is too large. */
export function readEntries(states: Uint8Array): AwarenessEntry[] | undefined {
  try {
    const decoder = decoding.createDecoder(states)
    const count = decoding.readVarUint(decoder)
    if (count > maxEntries) return undefined
    const entries: AwarenessEntry[] = []
    for (let n = 0; n < count; n++) {
      const entry = {
        client: decoding.readVarUint(decoder),
        clock: decoding.readVarUint(decoder),
        json: decoding.readVarString(decoder),
      }
      if (entry.json.length > roomBounds.awarenessBytes) return undefined
      JSON.parse(entry.json)
      entries.push(entry)
    }
    return entries
  } catch {
    return undefined
  }
}

export function writeEntries(entries: readonly AwarenessEntry[]): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, entries.length)
    for (const { client, clock, json } of entries) {
      encoding.writeVarUint(encoder, client)
      encoding.writeVarUint(encoder, clock)
      encoding.writeVarString(encoder, json)
    }
  })
}
