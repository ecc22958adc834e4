import type { Json } from '#shared/json.ts'
import type { SpaceId } from '#shared/protocol/sync.ts'
import type { Effect } from '#sync/core/mutator.ts'

/** One row as stored. `value` is `undefined` when it does not exist. */
export type StoredRow = { readonly key: string; readonly value: Json | undefined }

/** The rows read, and the space's version at that moment. */
export type Snapshot = { readonly version: number; readonly rows: readonly StoredRow[] }

export type SpaceWrites = {
  readonly space: SpaceId
  /** The version at the first read: rows read that are newer make the commit a conflict. */
  readonly at: number
  readonly gets: readonly string[]
  readonly scans: readonly string[]
  readonly puts: readonly (readonly [key: string, value: Json])[]
  readonly dels: readonly string[]
}

/** Moves a run's job in the same transaction; fields that are left out stay as they are. */
export type JobMove = {
  readonly run: string
  readonly turn: number
  /** The commit is a conflict unless the job is at this acknowledged event, in this phase, held by this runner. */
  readonly expect?: number
  readonly from?: string
  readonly holder?: string
  readonly acked?: number
  readonly phase?: 'assigned' | 'held' | 'ended' | 'waiting'
  readonly runner?: string
  readonly lease?: number
}

export type Commit = {
  readonly now: number
  readonly spaces: readonly SpaceWrites[]
  readonly client?: {
    readonly group: string
    readonly id: string
    readonly user: string
    readonly space: SpaceId
    readonly mutation: number
  }
  /**
   * What must not happen twice; a receipt of either makes this a repetition. `effect` leaves its receipt only where it has its
   * effect now (not `refused`), so that a refused one may be tried again; `press`, which names this very intent, always does.
   */
  readonly intent?: {
    readonly space: SpaceId
    readonly effect?: string | undefined
    readonly press?: string | undefined
    readonly refused?: boolean
  }
  readonly job?: JobMove
  /** Who acts, for the history. */
  readonly user?: string
  readonly effects: readonly Effect[]
}

export type CommitOutcome =
  | { readonly status: 'committed' | 'repeated_intent'; readonly versions: Readonly<Record<string, number>> }
  /** `taken`: the id of a run that should start is that of another team's run. */
  | { readonly status: 'repeated' | 'unknown' | 'foreign' | 'conflict' | 'taken' }
  | { readonly status: 'gap'; readonly last: number }

export type Change = { readonly key: string; readonly value: Json | undefined; readonly version: number }

export type Changes = {
  readonly version: number
  readonly epoch: string
  /** Tombstones up to here are gone. */
  readonly prunedVersion: number
  /** In order of version; only whole versions. `version` is then the last one that is complete. */
  readonly changes: readonly Change[]
  readonly more: boolean
  readonly lastMutationIds: Readonly<Record<string, number>>
  /** Whose the client group is, from the same snapshot; `undefined` for one that has not pushed yet. */
  readonly group: ClientGroup | undefined
}

export type ClientGroup = { readonly userId: string; readonly spaceId: string }

export type SpaceHead = { readonly version: number; readonly epoch: string; readonly prunedVersion: number }

/** What syncing needs of a database. Everything else stands above it. */
export type SpaceStore = {
  read(space: SpaceId, keys: readonly string[]): Promise<Snapshot>
  scan(space: SpaceId, prefix: string): Promise<Snapshot>
  /** The last `limit` living rows under `prefix` whose keys come before `before`, newest key first. */
  scanBefore(query: { space: SpaceId; prefix: string; before: string; limit: number }): Promise<Snapshot>
  commit(commit: Commit): Promise<CommitOutcome>
  head(space: SpaceId): Promise<SpaceHead>
  /**
   * Everything newer than `since`, at most `limit` rows (more when one version alone has more), from one snapshot.
   * With `from`, only keys at or after it count among those that start with `windowed`.
   */
  changesSince(query: {
    space: SpaceId
    since: number
    clientGroup: string
    limit: number
    window?: { prefix: string; from: string }
  }): Promise<Changes>
  /**
   * All living rows, of those under `windowPrefix` only the `windowSize` last keys, and none under `later`; and the group's mutation ids; one
   * snapshot. `hasLater`: there are rows under `later`.
   */
  wholeSpace(query: {
    space: SpaceId
    clientGroup: string
    windowPrefix: string
    windowSize: number
    later: readonly string[]
  }): Promise<Changes & { readonly windowFrom: string | undefined; readonly hasLater: boolean }>
}
