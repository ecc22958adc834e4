import { encodeStateAsUpdate, encodeStateVector, type Doc } from 'yjs'
import { assert } from '#shared/assert.ts'
import type { PlanAuthor } from '#shared/domain/plan.ts'
import { roomBounds, roomClosed } from '#shared/protocol/plan-room.ts'
import { applyChanges, type TakenChange } from './apply-changes.ts'
import { isKnown } from './is-known.ts'
import { createParkedChanges } from './parked-changes.ts'
import type { ChangeOutcome, PendingChange } from './pending-change.ts'
import type { PlanBoard } from './plan-board.ts'
import type { PlanRef } from './plan-store.ts'
import { createRoomMembers, type RoomMembers } from './room-members.ts'
import { answerMessage, updateMessage } from './room-wire.ts'
import { createStoredDocument, type StoredDocumentDeps } from './stored-document.ts'

export type PlanRoomDeps = StoredDocumentDeps & {
  /** Something of the document is stored that was not before, by this process or another one. */
  readonly onStored: (plan: PlanRef) => void
  readonly board: Pick<PlanBoard, 'say' | 'elsewhere'>
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

/** Of one append: what the others see a moment later, and what one statement carries. */
const maxBatchChanges = 400
const maxBatchBytes = 2_000_000

type Rules = typeof import('./check-update.ts')

export function createPlanRoom(deps: PlanRoomDeps, plan: PlanRef): PlanRoom {
  const document = createStoredDocument(deps, plan, roomBounds.documentBytes)
  const parked = createParkedChanges(deps.now)
  let rules: Rules | undefined
  let isLoaded = false
  let ended = false
  let inbox: PendingChange[] = []
  let working: Promise<void> | undefined

  const members = createRoomMembers({
    now: deps.now,
    answer: (stateVector) => answerMessage(encodeStateAsUpdate(document.doc(), stateVector)),
    stateVector: () => encodeStateVector(document.doc()),
    isKnown: (update) => isKnown(document.doc(), update),
    onChange: take,
    onSaid: (entries) => deps.board.say('room', plan, entries),
  })
  members.put(deps.board.elsewhere(plan))

  const loaded = load()
  loaded.then(
    () => members.open(),
    () => members.shutAll(roomClosed.later, 'this plan can’t be read now'),
  )

  async function load(): Promise<void> {
    // The schema takes a good part of a server's start to load; only a room needs it.
    rules = await import('./check-update.ts')
    await document.reset(rules.openDocument())
    isLoaded = true
    wake()
  }

  function take(change: PendingChange): void {
    if (ended) return change.settle('failed')
    inbox.push(change)
    wake()
  }

  const hasWork = (): boolean => inbox.length > 0 || document.isBehind()

  function wake(): void {
    if (!isLoaded || ended || working !== undefined) return
    working = turn()
      .then(work)
      .catch((error: unknown) => {
        deps.onError(error)
        end(roomClosed.later, 'this plan can’t be stored now')
      })
      .finally(() => {
        working = undefined
        if (hasWork()) wake()
      })
  }

  async function work(): Promise<void> {
    while (!ended && hasWork()) {
      if (document.isBehind()) await followOthers()
      if (document.isLong()) await document.compact()
      const batch = takeBatch()
      assert(rules !== undefined, 'nothing is taken before a room is loaded')
      const room = roomBounds.documentBytes - document.bytes()
      const outcome = applyChanges(document.doc(), batch, { check: rules.checkUpdate, room })
      for (const change of outcome.malformed) change.settle('malformed')
      for (const change of outcome.full) change.settle('full')
      for (const change of outcome.waits) parked.add(change)
      if (outcome.failure !== undefined) {
        deps.onError(outcome.failure)
        return await reset([...outcome.taken.map(({ change }) => change), ...outcome.left], rules)
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
    const update = await document.follow()
    if (update !== undefined) members.tell(updateMessage(update), undefined)
    retryParked()
    deps.onStored(plan)
  }

  /** What they wait for may have come. */
  function retryParked(): void {
    inbox = [...parked.takeAll(), ...inbox]
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

  async function store(content: Uint8Array, taken: readonly TakenChange[]): Promise<void> {
    const writers = taken.filter(({ news }) => news).map(({ change }) => change)
    try {
      await document.append(content, distinct(writers.map(({ author }) => author)))
    } catch (error) {
      for (const { change } of taken) change.settle('failed')
      throw error
    }
    const [only] = writers
    const isOnes = only !== undefined && writers.every(({ member }) => member === only.member)
    members.tell(updateMessage(content), isOnes ? only.member : undefined)
    for (const { change } of taken) change.settle('stored')
    deps.onStored(plan)
  }

  /** The document anew from the store, and everybody with it: they bring back what they have and is not stored. */
  async function reset(lost: readonly PendingChange[], { openDocument }: Rules): Promise<void> {
    for (const change of lost) change.settle('failed')
    members.shutAll(roomClosed.later, 'this plan is read anew')
    await document.reset(openDocument())
  }

  function end(code: number, reason: string): void {
    if (ended) return
    ended = true
    members.shutAll(code, reason)
    for (const change of [...inbox.splice(0), ...parked.takeAll()]) change.settle('failed')
    document.doc().destroy()
  }

  return {
    plan,
    members,
    loaded,
    isIdle: () => isLoaded && members.count() === 0 && inbox.length === 0 && working === undefined,
    hasEnded: () => ended,
    async read(look) {
      await loaded
      return look(document.doc(), document.seq())
    },
    async change(update, author) {
      await loaded
      const outcome = await new Promise<ChangeOutcome>((settle) => take({ update, author, member: undefined, settle }))
      if (outcome === 'failed') throw new Error('the plan could not be stored')
      return outcome
    },
    sweep() {
      parked.giveUpLate()
      members.keepAlive()
    },
    announce(seq) {
      document.hear(seq)
      if (document.isBehind()) wake()
    },
    async close(code, reason) {
      members.shutAll(code, reason)
      await loaded.catch(() => undefined)
      if (inbox.length > 0) wake()
      while (working !== undefined) await working
      document.stop()
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
