import { z } from 'zod'
import { PlanId, TeamId } from '#shared/ids.ts'
import { roomBounds } from '#shared/protocol/plan-room.ts'
import { gone, type AwarenessEntry } from '#sync/server/plan/awareness-entry.ts'
import type { PlanBoard } from '#sync/server/plan/plan-board.ts'
import { keyOf } from '#sync/server/plan/plan-rooms.ts'
import type { PlanRef } from '#sync/server/plan/plan-store.ts'
import type { Database } from '../db/database.ts'

export type PeopleNewsDeps = {
  readonly database: Database
  readonly board: PlanBoard
  /** Names this process. */
  readonly id: string
  readonly onError: (error: unknown) => void
}

export type PeopleNews = { close(): Promise<void> }

const channel = 'drover_plan_people'
/** What is said within it goes together: a NOTIFY takes a lock on all commits. */
const windowMs = 150
/** PostgreSQL's limit for a payload is 8,000 bytes. */
const maxPayload = 7_900
/** Of one window; of each device only what it said last waits for the next one. */
const maxPayloads = 6
/** Devices that may wait. What is dropped beyond them is said again within 15 s. */
const maxWaiting = 5_000

const Entry = z.tuple([
  TeamId,
  PlanId,
  z.number().int().nonnegative(),
  z.number().int().nonnegative(),
  z.string().max(2 * roomBounds.awarenessBytes),
])
const Message = z.object({
  from: z.string().min(1).max(64),
  /** It has just come, or has missed something: everybody says again who is there. */
  asks: z.boolean().optional(),
  said: z.array(Entry).max(400),
})
type Said = z.infer<typeof Entry>

/** Tells other server processes who is in the rooms of this one, and where they write, and hears it from them. */
export async function joinPeopleNews({ database, board, id, onError }: PeopleNewsDeps): Promise<PeopleNews> {
  const waiting = new Map<string, Said>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let isSending = false
  let closed = false

  const listener = await database.listen(channel, {
    onNotify(payload) {
      const message = parse(payload)
      if (message === undefined || message.from === id) return
      for (const [teamId, planId, client, clock, json] of message.said)
        if (isJson(json)) board.say(`process ${message.from}`, { teamId, planId }, [{ client, clock, json }])
      if (message.asks === true) for (const [plan, entry] of board.own()) wait(plan, entry)
    },
    onGap: ask,
  })

  function wait(plan: PlanRef, { client, clock, json }: AwarenessEntry): void {
    if (closed) return
    const key = `${keyOf(plan)}/${client}`
    if (!waiting.has(key) && waiting.size >= maxWaiting) return
    waiting.set(key, [plan.teamId, plan.planId, client, clock, json])
    schedule()
  }

  function schedule(): void {
    if (timer === undefined && !isSending && !closed) timer = setTimeout(() => void flush(), windowMs)
  }

  async function flush(): Promise<void> {
    timer = undefined
    isSending = true
    for (const payload of takePayloads()) await tell(payload)
    isSending = false
    if (waiting.size > 0) schedule()
  }

  function takePayloads(): readonly string[] {
    const payloads: string[] = []
    let batch: Said[] = []
    let size = maxPayload
    for (const [key, said] of waiting) {
      const [small, bytes] = fitting(said)
      if (size + bytes > maxPayload) {
        if (batch.length > 0) payloads.push(JSON.stringify({ from: id, said: batch }))
        batch = []
        size = 200
        if (payloads.length === maxPayloads) break
      }
      waiting.delete(key)
      batch.push(small)
      size += bytes
    }
    if (batch.length > 0) payloads.push(JSON.stringify({ from: id, said: batch }))
    return payloads
  }

  async function tell(payload: string): Promise<void> {
    await database.query('select pg_notify($1, $2)', [channel, payload]).catch(onError)
  }

  function ask(): void {
    void tell(JSON.stringify({ from: id, asks: true, said: [] }))
    for (const [plan, entry] of board.own()) wait(plan, entry)
  }

  board.onOwn((plan, entries) => {
    for (const entry of entries) wait(plan, entry)
  })
  ask()

  return {
    async close() {
      closed = true
      clearTimeout(timer)
      // Who leaves because this process ends.
      for (const payload of takePayloads()) await tell(payload)
      await listener.close()
    },
  }
}

/** With its bytes in a message. Who marks more than a message holds is told without the place. */
function fitting(said: Said): readonly [Said, number] {
  const bytes = bytesOf(said)
  if (bytes <= maxPayload - 200) return [said, bytes]
  const [teamId, planId, client, clock, json] = said
  const state: unknown = JSON.parse(json)
  const user: unknown = typeof state === 'object' && state !== null ? Reflect.get(state, 'user') : undefined
  const less: Said = [teamId, planId, client, clock, user === undefined ? gone : JSON.stringify({ user })]
  return [less, bytesOf(less)]
}

const bytesOf = (said: Said): number => Buffer.byteLength(JSON.stringify(said)) + 1

function parse(payload: string): z.infer<typeof Message> | undefined {
  try {
    return Message.safeParse(JSON.parse(payload)).data
  } catch {
    return undefined
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
