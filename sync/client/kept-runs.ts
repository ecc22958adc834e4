import { z } from 'zod'
import { Run } from '#shared/domain/run.ts'
import { RunId } from '#shared/ids.ts'
import { SyncCookie, versionOf } from '#shared/protocol/sync.ts'
import { chunkNumber, keys } from '#sync/core/keys.ts'
import { getRow, type ReadTransaction } from '#sync/core/transaction.ts'
import { blobsIn } from './blobs-in.ts'
import { allChunks } from './chunk-window.ts'
import { isRoomShort, type EstimateRoom } from './device-room.ts'
import type { OpenRuns } from './open-runs.ts'
import type { Row } from './space-cache.ts'
import type { KeptRun } from './workspace.ts'

/** What a device notes of each run whose transcript it has. */
const KeptNote = z.object({
  /** ms since epoch of the device: when it was shown last. */
  openedAt: z.number(),
  pinned: z.boolean(),
  /** Of a pinned one: `updatedAt` of the run when all of it was here. */
  wholeAt: z.number().optional(),
})
export type KeptNote = z.infer<typeof KeptNote>
const KeptNotes = z.record(z.string(), z.unknown())

/** Where the notes lie: small, one for the device's person and team, the same for all pages. */
export type KeptStore = {
  read(): Promise<unknown>
  /** Reads and writes in one step, also against other pages. */
  update(change: (notes: unknown) => unknown): Promise<void>
  /** Hears of changes by other pages. */
  subscribe(onChange: () => void): () => void
  close(): void
}

/** What a device keeps beside the rows, and how much it may. */
export type Keeping = {
  readonly notes: KeptStore
  /** The large texts of a pinned run are fetched and stay until it is not pinned any more. */
  readonly keepBlobs: (runId: RunId, hashes: readonly string[]) => Promise<void>
  readonly dropBlobs: (runId: RunId) => Promise<void>
  readonly estimate: EstimateRoom
}

export type KeptRunsDeps = Keeping & {
  readonly runs: OpenRuns
  /** The run's row as this device has it. */
  readonly readRun: (runId: RunId) => Promise<unknown>
  readonly isOnline: () => boolean
  readonly now: () => number
  readonly onError: (error: unknown) => void
}

/** Transcripts of runs that were opened and not pinned: the ones that were shown longest ago go first. */
const mostKept = 200
/** A pinned run that is at work is brought up to date so often. */
const againMs = 30_000
/** How often, and for how long, it is looked whether rows have reached the store, which takes a second or two. */
const storeLookMs = 500
const storeLooks = 40

/** Which runs' transcripts this device has, which of them stay, and which make room. */
export function createKeptRuns(deps: KeptRunsDeps) {
  let notes: ReadonlyMap<RunId, KeptNote> = new Map()
  const listeners = new Set<(kept: ReadonlyMap<RunId, KeptRun>) => void>()
  const updatedAt = new Map<RunId, number>()
  const triedAt = new Map<RunId, number>()
  let turn: Promise<void> = Promise.resolve()
  let working: Promise<void> | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let closed = false

  const isCurrent = (runId: RunId, note: KeptNote): boolean =>
    note.wholeAt !== undefined && note.wholeAt >= (updatedAt.get(runId) ?? 0)

  function show(): ReadonlyMap<RunId, KeptRun> {
    return new Map(
      [...notes].map(([runId, note]) => [
        runId,
        { openedAt: note.openedAt, pinned: note.pinned, whole: isCurrent(runId, note) },
      ]),
    )
  }

  function tell(): void {
    const shown = show()
    for (const listener of listeners) listener(shown)
  }

  /** What was read last is what was written last. */
  function inTurn(act: () => Promise<void>): Promise<void> {
    turn = turn.then(act, act)
    return turn
  }

  async function load(): Promise<void> {
    await inTurn(async () => {
      notes = parseNotes(await deps.notes.read())
    })
    for (const [runId, note] of notes) if (note.pinned && !closed) takeRun(await deps.readRun(runId))
    if (closed) return
    tell()
    work()
  }

  function takeRun(value: unknown): void {
    const row = Changed.safeParse(value)
    if (row.success) updatedAt.set(row.data.id, row.data.updatedAt)
  }

  async function change(runId: RunId, to: (note: KeptNote | undefined) => KeptNote | undefined): Promise<void> {
    await inTurn(() =>
      deps.notes.update((kept) => {
        const next = parseNotes(kept)
        const note = to(next.get(runId))
        if (note === undefined) next.delete(runId)
        else next.set(runId, note)
        notes = next
        return Object.fromEntries(next)
      }),
    )
    if (!closed) tell()
  }

  /** Brings pinned runs here, one after the other. Without a network it waits for the next word of the server. */
  function work(): void {
    clearTimeout(timer)
    if (closed || !deps.isOnline()) return
    working ??= workOn()
      .catch((error: unknown) => {
        if (!closed) deps.onError(error)
      })
      .finally(() => {
        working = undefined
      })
  }

  async function workOn(): Promise<void> {
    for (;;) {
      const waiting = [...notes].filter(
        ([runId, note]) => note.pinned && updatedAt.has(runId) && !isCurrent(runId, note),
      )
      const dueAt = (runId: RunId): number => (triedAt.get(runId) ?? -Infinity) + againMs
      const [next] = waiting.map(([runId]) => runId).sort((a, b) => dueAt(a) - dueAt(b))
      if (next === undefined || closed || !deps.isOnline()) return
      const pauseMs = dueAt(next) - deps.now()
      if (pauseMs > 0) {
        timer = setTimeout(work, Math.min(pauseMs, againMs))
        return
      }
      triedAt.set(next, deps.now())
      await bring(next, updatedAt.get(next) ?? 0)
    }
  }

  async function bring(runId: RunId, at: number): Promise<void> {
    const isWhole = await deps.runs.using(runId, async (cache) => {
      await cache.pull()
      while (!startsHere(await cache.query(cookieOf))) if (closed || !(await cache.older())) return false
      await deps.keepBlobs(runId, await cache.query(blobsOf))
      return isStored(runId, await cache.query(cookieOf))
    })
    if (isWhole && !closed) await change(runId, (note) => (note?.pinned === true ? { ...note, wholeAt: at } : note))
  }

  /** Whether the rows up to this cookie have reached the store: an app that is killed before that has not kept them. */
  async function isStored(runId: RunId, cookie: SyncCookie | undefined): Promise<boolean> {
    for (let looks = 0; looks < storeLooks && !closed && cookie !== undefined; looks++) {
      const stored = await deps.runs.readStored(runId, cookieOf)
      if (startsHere(stored) && versionOf(stored) >= versionOf(cookie)) return true
      await new Promise((resolve) => setTimeout(resolve, storeLookMs))
    }
    return false
  }

  /** Gives up the transcripts that were shown longest ago; returns how many. */
  async function makeRoom(most: number): Promise<number> {
    const inOrder = [...notes].filter(([, note]) => !note.pinned).sort(([, a], [, b]) => b.openedAt - a.openedAt)
    let dropped = 0
    for (const [runId] of inOrder.slice(most).toReversed()) {
      if (closed || !(await deps.runs.drop(runId))) continue
      await change(runId, (note) => (note?.pinned === true ? note : undefined))
      dropped++
    }
    return dropped
  }

  async function tidy(): Promise<void> {
    await makeRoom(mostKept)
    if (!(await isRoomShort(deps.estimate))) return
    const unpinned = [...notes.values()].filter((note) => !note.pinned).length
    await makeRoom(Math.floor(unpinned / 2))
  }

  const stopStore = deps.notes.subscribe(() => void load().catch(deps.onError))
  load().then(tidy).catch(deps.onError)

  return {
    isPinned: (runId: RunId): boolean => notes.get(runId)?.pinned === true,
    /** It is shown: its transcript is the last to make room. */
    async opened(runId: RunId): Promise<void> {
      await change(runId, (note) => ({ pinned: false, ...note, openedAt: deps.now() }))
      if (notes.size > mostKept) await tidy()
    },
    async pin(runId: RunId, pinned: boolean): Promise<void> {
      triedAt.delete(runId)
      await change(runId, (note) => ({ openedAt: note?.openedAt ?? deps.now(), pinned }))
      if (pinned) takeRun(await deps.readRun(runId))
      if (pinned) work()
      else await deps.dropBlobs(runId)
    },
    /** Rows of runs as they change: a pinned one that went on is brought here anew. */
    takeRuns(rows: readonly Row[]): void {
      const pinned = rows.filter(([key]) => notes.get(key.slice(keys.runs.length) as RunId)?.pinned === true)
      for (const [, value] of pinned) takeRun(value)
      if (pinned.length === 0) return
      tell()
      work()
    },
    /** The server is to be reached again. */
    retry: work,
    makeRoom,
    kept: (): ReadonlyMap<RunId, KeptNote> => notes,
    subscribe(onKept: (kept: ReadonlyMap<RunId, KeptRun>) => void): () => void {
      listeners.add(onKept)
      onKept(show())
      return () => listeners.delete(onKept)
    },
    async close(): Promise<void> {
      closed = true
      clearTimeout(timer)
      stopStore()
      await working
      deps.notes.close()
    },
  }
}

export type KeptRuns = ReturnType<typeof createKeptRuns>

const Changed = Run.pick({ id: true, updatedAt: true })

function parseNotes(given: unknown): Map<RunId, KeptNote> {
  const parsed = KeptNotes.safeParse(given)
  if (!parsed.success) return new Map()
  return new Map(
    Object.entries(parsed.data).flatMap(([id, value]): [RunId, KeptNote][] => {
      const [runId, note] = [RunId.safeParse(id), KeptNote.safeParse(value)]
      return runId.success && note.success ? [[runId.data, note.data]] : []
    }),
  )
}

function cookieOf(tx: ReadTransaction): Promise<SyncCookie | undefined> {
  return getRow(tx, keys.cookie, SyncCookie)
}

/** The first chunk is among what a device with this cookie has. */
function startsHere(cookie: SyncCookie | undefined): cookie is SyncCookie {
  return cookie !== undefined && (cookie.from === undefined || chunkNumber(cookie.from) <= 1)
}

/** Every large text that the transcript or its files name. */
async function blobsOf(tx: ReadTransaction): Promise<readonly string[]> {
  const found = new Set<string>()
  blobsIn(await tx.get(keys.files), found)
  for (const [, turn] of await tx.scan(keys.turnsFiles)) blobsIn(turn, found)
  for (const [, artifact] of await tx.scan(keys.artifacts)) blobsIn(artifact, found)
  for (const [, terminal] of await tx.scan(keys.terminals)) blobsIn(terminal, found)
  for (const [, chunk] of await allChunks(tx)) blobsIn(chunk, found)
  return [...found]
}

/** Lives as long as the page: for tests, and for browsers that keep nothing. */
export function createMemoryKeeping(): Keeping {
  let notes: unknown
  return {
    notes: {
      read: async () => structuredClone(notes),
      update: async (change) => void (notes = structuredClone(change(structuredClone(notes)))),
      subscribe: () => () => undefined,
      close: () => undefined,
    },
    keepBlobs: async () => undefined,
    dropBlobs: async () => undefined,
    estimate: async () => undefined,
  }
}
