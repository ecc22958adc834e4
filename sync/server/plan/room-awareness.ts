import { z } from 'zod'
import type { UserId } from '#shared/ids.ts'
import { roomBounds } from '#shared/protocol/plan-room.ts'
import { gone, participantOf, readEntries, writeEntries, type AwarenessEntry } from './awareness-entry.ts'

/** Whose connection it is, as others may be told. */
export type RoomPerson = { readonly userId: UserId; readonly name: string }

/**
 * Who is in a room, with name, colour and selection (the awareness of y-protocols 1). A connection speaks for one client of Yjs, its own, and as its
 * person. Agents, and who is in the same room of another process, are put in by this side alone.
 * https://github.com/yjs/y-protocols/blob/master/PROTOCOL.md#awareness-protocol
 */
export type RoomAwareness = {
  /**
   * Takes what a connection says. `told`: what the others must hear, if anything. `forged`: it speaks as somebody else, or what it says is none or
   * too large. A provider repeats what it hears of others, also of those who have left since; that is passed over.
   */
  take(
    connection: object,
    person: RoomPerson,
    states: Uint8Array,
  ): { readonly told: readonly AwarenessEntry[] } | 'forged'
  /** Who has no connection here. Returns what those who have one must hear. */
  put(entries: readonly AwarenessEntry[]): readonly AwarenessEntry[]
  /** Everybody; `undefined` for nobody. */
  all(): Uint8Array | undefined
  /** The connection has ended. What the others must hear. */
  leave(connection: object): readonly AwarenessEntry[]
}

type Present = { readonly connection: object; readonly userId: UserId | undefined; clock: number; json: string }

/** What an editor says of its person, beside the name, stands in a style of all others' pages. */
const Looks = z.object({
  hue: z.number().int().min(0).max(360).optional().catch(undefined),
  color: z
    .string()
    .regex(/^[\w#(),.% -]{1,64}$/)
    .optional()
    .catch(undefined),
})
const State = z.looseObject({ user: z.looseObject({ userId: z.string() }) })

/** Stands for the connection of those who have none here. */
const elsewhere = {}

export function createRoomAwareness(): RoomAwareness {
  const present = new Map<number, Present>()
  const own = new Map<object, number>()
  /** Clocks of those who left, so that what others repeat of them is not taken for them; the oldest go first. */
  const left = new Map<number, number>()

  function take(connection: object, person: RoomPerson, entry: AwarenessEntry): AwarenessEntry | undefined | 'forged' {
    const mine = own.get(connection)
    const there = present.get(entry.client)
    // A provider repeats what it hears; what is newer than all that was told here is its own.
    if (there !== undefined && there.userId !== person.userId) return entry.clock > there.clock ? 'forged' : undefined
    // A person's pages tell each other what is new, and repeat it here.
    if (mine !== undefined && mine !== entry.client) return undefined
    if (entry.json === gone) return mine === undefined ? undefined : remove(entry.client, entry.clock)
    const state = readState(entry.json)
    if (state === undefined || state.user.userId !== person.userId) return mine === undefined ? undefined : 'forged'
    // The connection before this one may not have ended yet; what its person says on another device is not this one's.
    if (there === undefined) {
      if (mine === undefined && entry.clock < (left.get(entry.client) ?? 0)) return undefined
    } else if (entry.clock < there.clock || (there.connection === connection && entry.clock === there.clock))
      return undefined
    if (there !== undefined && there.connection !== connection) own.delete(there.connection)
    const json = JSON.stringify({ ...state, user: userOf(state.user, person) })
    own.set(connection, entry.client)
    left.delete(entry.client)
    present.set(entry.client, { connection, userId: person.userId, clock: entry.clock, json })
    return { ...entry, json }
  }

  function put({ client, clock, json }: AwarenessEntry): AwarenessEntry | undefined {
    const there = present.get(client)
    if (json === gone) return there?.connection === elsewhere ? remove(client, there.clock) : undefined
    if (there !== undefined && clock < there.clock) return undefined
    const participant = participantOf(json)
    if (participant === undefined) return undefined
    // Its device has gone over to another process, and the connection here does not know yet that it is dead.
    if (there !== undefined) own.delete(there.connection)
    left.delete(client)
    present.set(client, {
      connection: elsewhere,
      userId: 'userId' in participant ? participant.userId : undefined,
      clock,
      json,
    })
    return { client, clock, json }
  }

  function remove(client: number, clock: number): AwarenessEntry {
    present.delete(client)
    left.delete(client)
    left.set(client, clock)
    const [oldest] = left.keys()
    if (left.size > 2 * roomBounds.connections && oldest !== undefined) left.delete(oldest)
    return { client, clock, json: gone }
  }

  return {
    take(connection, person, states) {
      const entries = readEntries(states)
      if (entries === undefined) return 'forged'
      const told: AwarenessEntry[] = []
      for (const entry of entries) {
        const taken = take(connection, person, entry)
        if (taken === 'forged') return 'forged'
        if (taken !== undefined) told.push(taken)
      }
      return { told }
    },
    put: (entries) => entries.flatMap((entry) => put(entry) ?? []),
    all() {
      const entries = [...present].map(([client, { clock, json }]) => ({ client, clock, json }))
      return entries.length === 0 ? undefined : writeEntries(entries)
    },
    leave(connection) {
      const client = own.get(connection)
      own.delete(connection)
      const there = client === undefined ? undefined : present.get(client)
      if (client === undefined || there === undefined || there.connection !== connection) return []
      return [remove(client, there.clock)]
    },
  }
}

/** Whoever it is, whatever they say. */
function userOf(user: Record<string, unknown>, person: RoomPerson): object {
  return { ...Looks.parse(user), userId: person.userId, name: person.name }
}

function readState(json: string): z.infer<typeof State> | undefined {
  const parsed = State.safeParse(JSON.parse(json))
  return parsed.success ? parsed.data : undefined
}
