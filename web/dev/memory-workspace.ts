import { createMemoryAttachments } from '#sync/client/attachments/memory-attachments.ts'
import { createMemoryImages } from '#sync/client/images/memory-images.ts'
import { createMemoryPlans } from '#sync/client/plans/memory-plans.ts'
import {
  RefusedError,
  type DeviceIntent,
  type KeptRun,
  type PendingMutation,
  type SyncStatus,
  type Transcript,
  type Workspace,
} from '#sync/client/workspace.ts'
import { mutators } from '#sync/core/mutators/all.ts'
import type { Mutator } from '#sync/core/mutator.ts'
import { toJson, type ReadTransaction, type WriteTransaction } from '#sync/core/transaction.ts'
import type { Role } from '#shared/domain/team.ts'
import type { TranscriptEntry } from '#shared/domain/transcript.ts'
import type { Json } from '#shared/json.ts'
import type { RunId, TeamId, UserId } from '#shared/ids.ts'

/** A workspace in memory, for page tests and for looking at pages: the real mutators over a map of rows. */
export type MemoryWorkspace = Workspace & {
  readonly rows: ReadonlyMap<string, Json>
  put(key: string, row: object): void
  del(key: string): void
  setStatus(status: Partial<SyncStatus>): void
  /** Rows and entries of a run's space. */
  setTranscript(
    runId: RunId,
    content: { readonly rows?: Record<string, object>; readonly entries?: readonly TranscriptEntry[] },
  ): void
  /** While `true`, mutations apply here and stay pending. */
  setHolding(holding: boolean): void
  /** What this device did before the page was opened, newest first. */
  setIntents(intents: readonly DeviceIntent[]): void
  /** While `true`, the device can't keep anything new. */
  setFull(full: boolean): void
}

export function createMemoryWorkspace(options: {
  readonly userId: UserId
  readonly teamId: TeamId
  readonly role?: Role
  readonly now?: () => number
  readonly rows?: Record<string, object>
}): MemoryWorkspace {
  const now = options.now ?? (() => Date.now())
  const rows = new Map<string, Json>()
  const watchers = new Set<() => void>()
  const spaces = new Map<
    RunId,
    { rows: Map<string, Json>; entries: readonly TranscriptEntry[]; watchers: Set<() => void> }
  >()
  let status: SyncStatus = {
    connection: 'online',
    freshAt: now(),
    offlineSince: undefined,
    pending: 0,
    problem: undefined,
  }
  const statusWatchers = new Set<(status: SyncStatus) => void>()
  let pending: readonly PendingMutation[] = []
  const pendingWatchers = new Set<(pending: readonly PendingMutation[]) => void>()
  let holding = false
  let isFull = false
  let intents: readonly DeviceIntent[] = []
  let kept: ReadonlyMap<RunId, KeptRun> = new Map()
  const keptWatchers = new Set<(kept: ReadonlyMap<RunId, KeptRun>) => void>()
  const intentWatchers = new Set<(intents: readonly DeviceIntent[]) => void>()
  const setIntents = (changed: readonly DeviceIntent[]) => {
    intents = changed
    for (const watcher of intentWatchers) watcher(intents)
  }

  const changed = () => {
    for (const watcher of watchers) watcher()
  }
  const setStatus = (change: Partial<SyncStatus>) => {
    status = { ...status, ...change }
    for (const watcher of statusWatchers) watcher(status)
  }
  const space = (runId: RunId) => {
    const known = spaces.get(runId) ?? { rows: new Map<string, Json>(), entries: [], watchers: new Set<() => void>() }
    spaces.set(runId, known)
    return known
  }

  const mutate = Object.fromEntries(
    Object.entries(mutators).map(([name, mutator]) => [
      name,
      async (args: unknown) => {
        if (isFull) throw new Error('this device could not keep the change')
        const known = mutator as unknown as Mutator<unknown>
        const draft = new Map(rows)
        const tx: WriteTransaction = {
          ...readerOf(draft),
          put: async (key, value) => void draft.set(key, value),
          del: async (key) => void draft.delete(key),
        }
        const parsed = known.args.parse(args)
        const outcome = await known.run(tx, parsed, {
          userId: options.userId,
          role: options.role ?? 'owner',
          teamId: options.teamId,
          now: now(),
          side: 'device',
          effect: () => undefined,
        })
        if (!outcome.ok) throw new RefusedError(outcome.error.code, outcome.error.detail)
        rows.clear()
        for (const [key, value] of draft) rows.set(key, value)
        if (name !== 'dismissRefusal') {
          const id = `intent-${intents.length + 1}`
          const state = holding ? ('local' as const) : ('accepted' as const)
          setIntents([{ id, name, args: parsed, at: now(), state, refusal: undefined, mutations: [] }, ...intents])
        }
        if (holding) {
          pending = [...pending, { name, args: parsed, at: now() }]
          for (const watcher of pendingWatchers) watcher(pending)
          setStatus({ pending: pending.length })
        }
        changed()
      },
    ]),
  ) as Workspace['mutate']

  const put = (key: string, row: object) => {
    rows.set(key, toJson(row))
    changed()
  }
  for (const [key, row] of Object.entries(options.rows ?? {})) rows.set(key, toJson(row))

  return {
    ...createMemoryPlans({ now, newId: () => crypto.randomUUID() }),
    ...createMemoryImages({ now }),
    ...createMemoryAttachments({ now }),
    userId: options.userId,
    teamId: options.teamId,
    rows,
    mutate,
    put,
    del(key) {
      rows.delete(key)
      changed()
    },
    setStatus,
    setHolding(value) {
      holding = value
    },
    setFull(value) {
      isFull = value
    },
    setIntents,
    setTranscript(runId, content) {
      const known = space(runId)
      for (const [key, row] of Object.entries(content.rows ?? {})) known.rows.set(key, toJson(row))
      if (content.entries !== undefined) known.entries = content.entries
      for (const watcher of known.watchers) watcher()
    },
    subscribe: (query, onData) => subscribeTo(rows, watchers, query, onData),
    query: (query) => query(readerOf(rows)),
    feedRows(prefix, onChange) {
      let told = new Map<string, Json>()
      const tell = () => {
        if (!watchers.has(tell)) return
        const now = new Map([...rows].filter(([key]) => key.startsWith(prefix)))
        const puts = [...now].filter(([key, value]) => told.get(key) !== value)
        const dels = [...told.keys()].filter((key) => !now.has(key))
        told = now
        onChange({ puts, dels, complete: true })
      }
      watchers.add(tell)
      queueMicrotask(tell)
      return () => watchers.delete(tell)
    },
    subscribeStatus(onStatus) {
      statusWatchers.add(onStatus)
      onStatus(status)
      return () => statusWatchers.delete(onStatus)
    },
    subscribePending(onPending) {
      pendingWatchers.add(onPending)
      onPending(pending)
      return () => pendingWatchers.delete(onPending)
    },
    subscribeIntents(onIntents) {
      intentWatchers.add(onIntents)
      onIntents(intents)
      return () => intentWatchers.delete(onIntents)
    },
    forgetIntent: async (id) => setIntents(intents.filter((intent) => intent.id !== id)),
    prepareRun: () => () => undefined,
    subscribeKept(onKept) {
      keptWatchers.add(onKept)
      onKept(kept)
      return () => keptWatchers.delete(onKept)
    },
    async pinRun(runId, pinned) {
      kept = new Map(kept).set(runId, { openedAt: kept.get(runId)?.openedAt ?? now(), pinned, whole: pinned })
      for (const onKept of keptWatchers) onKept(kept)
    },
    async findText({ text, runId, perRun, signal }, onHits) {
      for (const [id, { entries }] of spaces) {
        if (signal.aborted || (runId !== undefined && id !== runId)) continue
        const hits = entries.flatMap(({ n, at, body }) => {
          const words = JSON.stringify(body)
          const place = words.toLowerCase().indexOf(text.toLowerCase())
          return place === -1 ? [] : [{ n, at, before: '', match: words.slice(place, place + text.length), after: '' }]
        })
        if (hits.length > 0) onHits(id, hits.toReversed().slice(0, perRun))
      }
      return { complete: true }
    },
    async makeRoom() {
      const before = kept.size
      kept = new Map([...kept].filter(([, run]) => run.pinned))
      for (const onKept of keptWatchers) onKept(kept)
      return before - kept.size
    },
    openTranscript(runId): Transcript {
      const known = space(runId)
      return {
        runId,
        subscribe: (query, onData) => subscribeTo(known.rows, known.watchers, query, onData),
        subscribeEntries(onEntries) {
          const tell = () => onEntries({ entries: known.entries, hasOlder: false, olderIsHere: false, loaded: true })
          known.watchers.add(tell)
          tell()
          return () => known.watchers.delete(tell)
        },
        loadOlder: async () => false,
        keepNewest: () => undefined,
        close: () => undefined,
      }
    },
    subscribePlanParticipants(onParticipants) {
      onParticipants(new Map())
      return () => undefined
    },
    subscribePresence(_runId, onPresence) {
      onPresence([])
      return () => undefined
    },
    setPresence: () => undefined,
    refresh: async () => setStatus({ freshAt: now() }),
    close: async () => undefined,
  }
}

function readerOf(rows: ReadonlyMap<string, Json>): ReadTransaction {
  return {
    get: async (key) => rows.get(key),
    scan: async (prefix) => [...rows].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1)),
  }
}

function subscribeTo<T>(
  rows: ReadonlyMap<string, Json>,
  watchers: Set<() => void>,
  query: (tx: ReadTransaction) => Promise<T>,
  onData: (value: T) => void,
): () => void {
  const tell = () => {
    void query(readerOf(rows)).then((value) => {
      if (watchers.has(tell)) onData(value)
    })
  }
  watchers.add(tell)
  tell()
  return () => watchers.delete(tell)
}
