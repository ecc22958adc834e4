import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { applyUpdate, Doc, encodeStateAsUpdate, encodeStateVector } from 'yjs'
import type { PlanAuthor, PlanVersion } from '#shared/domain/plan.ts'
import { uuidv7 } from '#shared/ids.ts'
import { createPlanBoard, type PlanBoard } from '#sync/server/plan/plan-board.ts'
import { createPlanRooms, keyOf, type PlanRooms } from '#sync/server/plan/plan-rooms.ts'
import type { PlanRef } from '#sync/server/plan/plan-store.ts'
import type { TransactDeps } from '#sync/server/transact.ts'
import type { Database } from '../db/database.ts'
import { createWorker } from '../runs/worker.ts'
import { createAgentPresence, type AgentPresence } from './agent/agent-presence.ts'
import { createDocumentStore, type DocumentStore } from './document-store.ts'
import { listenForPlans } from './news.ts'
import { joinPeopleNews } from './people-news.ts'
import { createPlanSockets, type PlanSockets, type PlanSocketsDeps } from './plan-sockets.ts'
import { createProjector, type Projector } from './projector.ts'
import { createDocumentReader, type DocumentReader } from './document-reader.ts'
import type { PlanReading } from './reading.ts'
import { createReadingThread, type ReadingThread } from './reading-thread.ts'
import { planTimes, type PlanTimes } from './times.ts'
import { createVersions, type Versions } from './versions.ts'

export type PlansDeps = TransactDeps &
  Pick<PlanSocketsDeps, 'actorAgain' | 'sessionCheckMs'> & {
    readonly database: Database
    readonly times?: Partial<PlanTimes> | undefined
    readonly onError: (error: unknown) => void
  }

/** Everything about plans in this process. */
export type Plans = DocumentReader & {
  readonly rooms: PlanRooms
  /** Who is in which plan. */
  readonly board: Pick<PlanBoard, 'watch'>
  readonly agents: Pick<AgentPresence, 'seen'>
  readonly sockets: PlanSockets
  readonly documents: DocumentStore
  readonly versions: Pick<Versions, 'make'>
  readonly projector: Pick<Projector, 'project'>
  /** What a document says now. `seq`: the number of its newest update. */
  readPlan(plan: PlanRef): Promise<{ readonly reading: PlanReading; readonly seq: number }>
  /** A new document of a Markdown text, as an update. */
  writePlan: ReadingThread['write']
  /** For agents: see `ReadingThread`. */
  showPlan: ReadingThread['show']
  rewritePlan: ReadingThread['rewrite']
  /** See `ReadingThread`. */
  comparePlans: ReadingThread['compare']
  compareTexts: ReadingThread['count']
  /**
   * Changes a plan from this side, in its room: `edit` is given a copy of the document, and what it does there is applied to what the document is by
   * then. Resolves when it is stored. What an agent does becomes a version. Authority is the caller's to check.
   */
  change(
    plan: PlanRef,
    author: PlanAuthor,
    edit: (doc: Doc) => void,
    /** `version: false`: too little to be one, such as a tick. */
    options?: { readonly version: boolean },
  ): Promise<PlanChanged>
  close(): Promise<void>
}

export type PlanChanged =
  | { readonly outcome: 'stored'; readonly version: PlanVersion | undefined }
  /** The document would outgrow its bound, or what was done is nothing that a plan is made of. */
  | { readonly outcome: 'full' | 'malformed' | 'busy' }

const channel = 'drover_plans'
const maxUnreadable = 1_000

export async function createPlans(deps: PlansDeps): Promise<Plans> {
  const { database, now, onError } = deps
  const times: PlanTimes = { ...planTimes, ...deps.times }
  const hasOthers = database.kind !== 'embedded'
  const documents = createDocumentStore(database, hasOthers ? channel : undefined)
  const unloading = new Set<Promise<void>>()
  const board = createPlanBoard({ now })
  const rooms = createPlanRooms({
    store: documents,
    board,
    now,
    idleMs: times.idleMs,
    onStored: (plan) => projector.changed(plan),
    onUnload: (plan) => {
      const done = versions.afterUnload(plan).catch(onError)
      unloading.add(done)
      void done.finally(() => unloading.delete(done))
    },
    onError,
    wait: (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
  })
  const reader = createDocumentReader({ rooms, store: documents })
  const thread = createReadingThread()
  const unreadable = new Map<string, number>()
  async function readPlan(plan: PlanRef): Promise<{ reading: PlanReading; seq: number }> {
    const { update, seq } = await reader.read(plan, (doc, at) => ({ update: encodeStateAsUpdate(doc), seq: at }))
    try {
      return { reading: await thread.read(update), seq }
    } catch (error) {
      unreadable.set(keyOf(plan), seq)
      const [oldest] = unreadable.keys()
      if (unreadable.size > maxUnreadable && oldest !== undefined) unreadable.delete(oldest)
      throw error
    }
  }
  /** One that could not be read is not tried again until it is another. */
  async function isReadable(plan: PlanRef): Promise<boolean> {
    const failed = unreadable.get(keyOf(plan))
    return failed === undefined || (await documents.facts(plan))?.seq !== failed
  }
  const newId = (): string => uuidv7(now(), randomBytes(10))
  const projector = createProjector({ ...deps, documents, readPlan, times })
  const versions = createVersions({ ...deps, documents, readPlan, newId, times })
  const sockets = createPlanSockets({ ...deps, rooms })
  const agents = createAgentPresence({
    board,
    hub: deps.hub,
    newClient: () => randomBytes(4).readUInt32BE(),
    staysMs: times.agentMs,
  })

  /** What a process that is gone has left, and what only time makes due. */
  const rounds = createWorker({
    everyMs: times.sweepMs,
    onError,
    async round() {
      // Rooms in other processes see to their own; this is older than any of them waits.
      for (const plan of await documents.behind('rows', now() - 3 * times.latestMs))
        if (await isReadable(plan)) await projector.project(plan).catch(onError)
      for (const plan of await documents.behind('versions', now() - times.pauseMs))
        if (await isReadable(plan)) await versions.afterPause(plan).catch(onError)
    },
  })
  const people = hasOthers ? await joinPeopleNews({ database, board, id: newId(), onError }) : undefined
  const news = hasOthers ? await listenForPlans({ database, channel, rooms, documents, onError }) : undefined
  rounds.wake()

  async function change(
    plan: PlanRef,
    author: PlanAuthor,
    edit: (doc: Doc) => void,
    options = { version: true },
  ): Promise<PlanChanged> {
    const room = rooms.open(plan)
    if (room === undefined) return { outcome: 'busy' }
    const update = await room.read((doc) => {
      const copy = new Doc()
      applyUpdate(copy, encodeStateAsUpdate(doc))
      const before = encodeStateVector(copy)
      copy.transact(() => edit(copy))
      const made = encodeStateAsUpdate(copy, before)
      copy.destroy()
      return made
    })
    const outcome = await room.change(update, author)
    if (outcome !== 'stored') return { outcome }
    if (author.kind !== 'agent' || !options.version) return { outcome, version: undefined }
    const { reading } = await readPlan(plan)
    const version = await versions.make(plan, {
      markdown: reading.markdown,
      by: [author],
      origin: 'agent',
      runId: author.runId,
    })
    return { outcome, version }
  }

  return {
    ...reader,
    rooms,
    board,
    agents,
    sockets,
    documents,
    versions,
    projector,
    readPlan,
    writePlan: thread.write,
    showPlan: thread.show,
    rewritePlan: thread.rewrite,
    comparePlans: thread.compare,
    compareTexts: thread.count,
    change,
    async close() {
      sockets.close()
      agents.close()
      board.close()
      rounds.close()
      await people?.close()
      await news?.close()
      await rooms.close()
      await projector.close()
      await Promise.all([rounds.idle(), ...unloading])
      await thread.close()
    },
  }
}
