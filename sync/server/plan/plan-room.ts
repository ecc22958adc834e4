import { applyUpdate, Doc, encodeStateAsUpdate, encodeStateVector, snapshot, snapshotContainsUpdate } from 'yjs'
import { assert } from '#shared/assert.ts'
import type { PlanAuthor } from '#shared/domain/plan.ts'
import { roomBounds, roomClosed } from '#shared/protocol/plan-room.ts'
import { applyChanges, noteUpdates, type TakenChange } from './apply-changes.ts'
import type { PlanRef, PlanStore } from './plan-store.ts'
import { createRoomMembers, type PendingChange, type RoomMembers } from './room-members.ts'
import { answerMessage, updateMessage } from './room-wire.ts'

export type PlanRoomDeps = {
  readonly store: PlanStore
  readonly now: () => number
  /** Something of the document is stored that was not before, by this process or another one. */
  readonly onStored: (plan: PlanRef) => void
  readonly onError: (error: unknown) => void
  /** Resolves after so many ms, or when the signal says. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>
}

/**
 * One plan's document in this process. What devices send is applied, appended to the store, and only then told to the others and acknowledged:
 *
 *   waiting ──apply──▶ document ──append──▶ stored ──▶ told to the others, `stored` to the one who sent it
 *
 * One append is under way at a time; what comes meanwhile goes together with the next one.
 */
export type PlanRoom = {
  readonly plan: PlanRef
  readonly members: RoomMembers
  /** Resolves when the document holds what is stored; rejects when that can't be read. */
  readonly loaded: Promise<void>
  /** Nothing waits to be stored, and nobody is in it. */
  isIdle(): boolean
  /** It was closed, or its store has failed for good; who comes next needs another one. */
  hasEnded(): boolean
  /** Reads the document, once it is loaded. It must not be changed. */
  read<T>(look: (doc: Doc, seq: number) => T): Promise<T>
  /** A change from this side. Resolves when it is stored. */
  change(update: Uint8Array, author: PlanAuthor): Promise<'stored' | 'malformed' | 'full'>
  /** Now and then: shows devices that the connection holds, and gives up changes that nothing came for. */
  sweep(): void
  /** Another process may have stored up to this update. */
  announce(seq: number): void
  /** Shuts everybody out, stores what waits, as far as the store takes it, and ends. */
  close(code: number, reason: string): Promise<void>
}

/** Updates that are kept one by one; more are put together. */
export const maxLogged = 500
/** Two processes may append at once. */
const compactAt = maxLogged - 50
/** Of one append: what the others see a moment later, and what one statement carries. */
const maxBatchChanges = 400
const maxBatchBytes = 2_000_000
/** Changes that build on others which have not come. */
const maxParked = 200
const parkedMs = 10_000
/** Pauses before an append, or a look at the store, is tried again. After the last one the room ends. */
const retryMs = [50, 150, 400, 1000, 2000, 4000] as const

type Rules = typeof import('./check-update.ts')

export function createPlanRoom(deps: PlanRoomDeps, plan: PlanRef): PlanRoom {
  let doc = new Doc()
  let rules: Rules | undefined
  let seq = 0
  let logged = 0
  let bytes = 0
  /** The number of an update that another process has stored, as far as it was heard. */
  let heard = 0
  let isLoaded = false
  let ended: { readonly code: number; readonly reason: string } | undefined
  const stopped = new AbortController()
  let inbox: PendingChange[] = []
  let parked: PendingChange[] = []
  let working: Promise<void> | undefined

  const members = createRoomMembers({
    now: deps.now,
    answer: (stateVector) => answerMessage(encodeStateAsUpdate(doc, stateVector)),
    stateVector: () => encodeStateVector(doc),
    isKnown(update) {
      try {
        return snapshotContainsUpdate(snapshot(doc), update)
      } catch {
        // It is no update; of one who only reads it does not matter.
        return false
      }
    },
    onChange(change) {
      inbox.push(change)
      wake()
    },
  })

  const loaded = load()
  loaded.then(
    () => members.open(),
    () => members.shutAll(roomClosed.later, 'this plan can’t be read now'),
  )

  async function load(): Promise<void> {
    // The schema takes a good part of a server's start to load; only a room needs it.
    const known = await import('./check-update.ts')
    rules = known
    doc = known.openDocument()
    await catchUp()
    isLoaded = true
    wake()
  }

  /** Applies what is stored and not here. */
  async function catchUp(): Promise<void> {
    const stored = await insisting(() => deps.store.read(plan, seq))
    doc.transact(() => {
      for (const update of stored.updates) applyUpdate(doc, update)
    })
    seq = Math.max(seq, stored.seq)
    heard = seq
    logged = stored.logged
    bytes = stored.bytes
  }

  /** Tries again what the store could not do. */
  async function insisting<T>(act: () => Promise<T>): Promise<T> {
    for (const pause of retryMs) {
      try {
        return await act()
      } catch (error) {
        deps.onError(error)
        await deps.wait(pause, stopped.signal)
        if (stopped.signal.aborted) throw error
      }
    }
    return await act()
  }

  function wake(): void {
    if (!isLoaded || ended !== undefined || working !== undefined) return
    working = turn()
      .then(work)
      .catch((error: unknown) => {
        deps.onError(error)
        end(roomClosed.later, 'this plan can’t be stored now')
      })
      .finally(() => {
        working = undefined
        if (inbox.length > 0 || heard > seq) wake()
      })
  }

  async function work(): Promise<void> {
    while (ended === undefined && (inbox.length > 0 || heard > seq)) {
      if (heard > seq) await followOthers()
      if (logged >= compactAt || (logged > 0 && bytes > roomBounds.documentBytes)) await compact()
      const batch = takeBatch()
      assert(rules !== undefined, 'nothing is taken before a room is loaded')
      const outcome = applyChanges(doc, batch, { check: rules.checkUpdate, room: roomBounds.documentBytes - bytes })
      for (const change of outcome.malformed) change.settle('malformed')
      for (const change of outcome.full) change.settle('full')
      for (const change of outcome.waits) park(change)
      if (outcome.failure !== undefined) {
        deps.onError(outcome.failure)
        return await reset([...outcome.taken.map(({ change }) => change), ...outcome.left])
      }
      if (outcome.update === undefined) for (const { change } of outcome.taken) change.settle('stored')
      else {
        await store(outcome.update, outcome.taken)
        retryParked()
      }
    }
  }

  /** What another process has stored is told to everybody here. */
  async function followOthers(): Promise<void> {
    const stopNoting = noteUpdates(doc)
    await catchUp()
    const update = stopNoting()
    if (update !== undefined) members.tell(updateMessage(update), undefined)
    retryParked()
    deps.onStored(plan)
  }

  /** What they wait for may have come. */
  function retryParked(): void {
    if (parked.length > 0) inbox = [...parked.splice(0), ...inbox]
  }

  function takeBatch(): readonly PendingChange[] {
    let size = 0
    let count = 0
    for (const { update } of inbox) {
      if (count >= maxBatchChanges || (count > 0 && size + update.length > maxBatchBytes)) break
      size += update.length
      count++
    }
    return inbox.splice(0, count)
  }

  function park(change: PendingChange): void {
    change.waitsSince ??= deps.now()
    if (parked.length < maxParked) parked.push(change)
    else change.settle('malformed')
  }

  async function store(content: Uint8Array, taken: readonly TakenChange[]): Promise<void> {
    const writers = taken.filter(({ news }) => news).map(({ change }) => change)
    const authors = distinct(writers.map(({ author }) => author))
    let appended: { seq: number; logged: number }
    try {
      appended = await insisting(() => deps.store.append(plan, { content, authors, at: deps.now() }))
    } catch (error) {
      for (const { change } of taken) change.settle('failed')
      throw error
    }
    // Where another process was first, its update is still to be read.
    if (appended.seq === seq + 1) seq = appended.seq
    else heard = Math.max(heard, appended.seq)
    logged = appended.logged
    bytes += content.length
    const [only] = writers
    const isOnes = only !== undefined && writers.every(({ member }) => member === only.member)
    members.tell(updateMessage(content), isOnes ? only.member : undefined)
    for (const { change } of taken) change.settle('stored')
    deps.onStored(plan)
  }

  /** The document stands for its log. It may hold more than is stored under `seq`, which does no harm: that is only there twice. */
  async function compact(): Promise<void> {
    const whole = encodeStateAsUpdate(doc)
    await insisting(() => deps.store.compact(plan, seq, whole))
    bytes = whole.length
    logged = 0
  }

  /** The document anew from the store, and everybody with it: they bring back what they have and is not stored. */
  async function reset(lost: readonly PendingChange[]): Promise<void> {
    for (const change of lost) change.settle('failed')
    members.shutAll(roomClosed.later, 'this plan is read anew')
    doc.destroy()
    doc = rules?.openDocument() ?? new Doc()
    seq = 0
    await catchUp()
  }

  function end(code: number, reason: string): void {
    if (ended !== undefined) return
    ended = { code, reason }
    members.shutAll(code, reason)
    for (const change of [...inbox.splice(0), ...parked.splice(0)]) change.settle('failed')
    doc.destroy()
  }

  return {
    plan,
    members,
    loaded,
    isIdle: () => isLoaded && members.count() === 0 && inbox.length === 0 && working === undefined,
    hasEnded: () => ended !== undefined,
    async read(look) {
      await loaded
      return look(doc, seq)
    },
    async change(update, author) {
      await loaded
      const outcome = await new Promise<Parameters<PendingChange['settle']>[0]>((resolve) => {
        if (ended !== undefined) return resolve('failed')
        inbox.push({ update, author, member: undefined, settle: resolve })
        wake()
      })
      if (outcome === 'failed') throw new Error('the plan could not be stored')
      return outcome
    },
    sweep() {
      const late = parked.filter(({ waitsSince }) => deps.now() - (waitsSince ?? 0) > parkedMs)
      parked = parked.filter((change) => !late.includes(change))
      for (const change of late) change.settle('malformed')
      members.keepAlive()
    },
    announce(number) {
      heard = Math.max(heard, number)
      if (heard > seq) wake()
    },
    async close(code, reason) {
      members.shutAll(code, reason)
      await loaded.catch(() => undefined)
      if (inbox.length > 0) wake()
      while (working !== undefined) await working
      stopped.abort()
      end(code, reason)
    },
  }
}

function distinct(authors: readonly PlanAuthor[]): readonly PlanAuthor[] {
  return [...new Map(authors.map((author) => [JSON.stringify(author), author])).values()]
}

/** What comes in one turn of the event loop goes together. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
