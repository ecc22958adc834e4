import type { z } from 'zod'
import type { TranscriptEntry } from '#shared/domain/transcript.ts'
import type { PlanId, RunId, TeamId, UserId } from '#shared/ids.ts'
import type { Refusal } from '#shared/refusal.ts'
import type { MutatorName, Mutators } from '#sync/core/mutators/all.ts'
import type { ReadTransaction } from '#sync/core/transaction.ts'
import type { DeviceAttachments } from './attachments/device-attachments.ts'
import type { DeviceImages } from './images/device-images.ts'
import type { WatchPlanParticipants } from './plans/participant-board.ts'
import type { DevicePlans } from './plans/plan-document.ts'
import type { RowsChange } from './rows-feed.ts'

/** Arguments as a caller gives them: fields with a default may be left out. */
export type MutatorArgs<Name extends MutatorName> = z.input<Mutators[Name]['args']>

/**
 * What the app knows of its own freshness. Connection and freshness are told apart: `freshAt` is when the server last
 * said that this device has everything, whether or not a socket is open now.
 */
export type SyncStatus = {
  /** `polling`: no socket can be opened, but the server answers; it is asked every few seconds. */
  readonly connection: 'connecting' | 'online' | 'polling' | 'offline'
  /** ms since epoch; `undefined`: never on this device. */
  readonly freshAt: number | undefined
  /** Since when it can't reach the server; `undefined` while it can. */
  readonly offlineSince: number | undefined
  /** Mutations that the server has not taken yet, plans in which something was written that it has not stored for a while, and pictures. */
  readonly pending: number
  /**
   * What needs a person: this app is too old; the session ended; the team can't be read any more; the server keeps failing;
   * something else answers in the server's place.
   */
  readonly problem: 'reload' | 'signed_out' | 'left' | 'server' | 'stranger' | undefined
}

/** A mutation that is only on this device so far. */
export type PendingMutation = { readonly name: string; readonly args: unknown; readonly at: number }

/** Something that was done on this device, and how far it is known to have come. */
export type DeviceIntent = PendingMutation & {
  readonly id: string
  /** `accepted`: the server has it; its rows say more. `refused`: with `refusal`. */
  readonly state: 'local' | 'accepted' | 'refused'
  readonly refusal: Refusal | undefined
  /** The mutations that carried it: a row of a refusal names one of them. */
  readonly mutations: readonly { readonly clientId: string; readonly mutationId: number }[]
}

/** Whether it is about this run. */
export function concernsRun({ args }: PendingMutation, runId: RunId): boolean {
  return typeof args === 'object' && args !== null && 'runId' in args && args.runId === runId
}

/** Whether it is about this plan. */
export function concernsPlan({ args }: PendingMutation, planId: PlanId): boolean {
  return typeof args === 'object' && args !== null && 'planId' in args && args.planId === planId
}

export type Presence = { readonly userId: UserId; readonly typing: boolean }

/** A signed-in person's view of one team, from the device's own store. */
export type Workspace = DevicePlans &
  WatchPlanParticipants &
  DeviceImages &
  DeviceAttachments & {
    readonly userId: UserId
    readonly teamId: TeamId
    /** Resolves once the intent is durable on this device; rejects with `RefusedError` when this device can tell it is refused. */
    readonly mutate: { readonly [Name in MutatorName]: (args: MutatorArgs<Name>) => Promise<void> }
    /** Calls `onData` with the query's value now and whenever a row it read changes. Returns the unsubscriber. */
    subscribe<T>(query: (tx: ReadTransaction) => Promise<T>, onData: (value: T) => void): () => void
    query<T>(query: (tx: ReadTransaction) => Promise<T>): Promise<T>
    /** Rows under a prefix that may be thousands, by keys that grow with time (`run/`): the newest first, then the rest, then changes. */
    feedRows(prefix: string, onChange: (change: RowsChange) => void): () => void
    subscribeStatus(onStatus: (status: SyncStatus) => void): () => void
    subscribePending(onPending: (pending: readonly PendingMutation[]) => void): () => void
    /** What was done on this device, in any of its tabs, newest first: what waits, and for some days what the server has taken. */
    subscribeIntents(onIntents: (intents: readonly DeviceIntent[]) => void): () => void
    /** Takes one that the server has taken out of that list. */
    forgetIntent(id: string): Promise<void>
    /**
     * Opens the store of a run that will be started here, which takes a while, so that it is there when `openTranscript` is called.
     * Returns what removes it again; without effect once the transcript was opened.
     */
    prepareRun(runId: RunId): () => void
    /** Opens (or joins) the cache of a run's transcript and follows its growing texts. Close it when it is not shown. */
    openTranscript(runId: RunId): Transcript
    /** Calls back with the runs whose transcripts this device has, at once and on each change. */
    subscribeKept(onKept: (kept: ReadonlyMap<RunId, KeptRun>) => void): () => void
    /** Keeps all of a run on this device, or lets it make room again. Resolves once that is noted; what it takes comes by and by. */
    pinRun(runId: RunId, pinned: boolean): Promise<void>
    /** Gives up the transcripts that are not pinned; returns how many. The server has them. */
    makeRoom(): Promise<number>
    /**
     * Finds words in the transcripts on this device, the runs shown last first, and calls back with the hits of each, newest first. Needs
     * no network; parts of a run that are not here are not searched.
     */
    findText(query: TextQuery, onHits: (runId: RunId, hits: readonly TextHit[]) => void): Promise<TextFound>
    /** Who else looks at this run; calls back at once and on each change. */
    subscribePresence(runId: RunId, onPresence: (people: readonly Presence[]) => void): () => void
    setPresence(runId: RunId | null, typing?: boolean): void
    /** Asks the server for what is newer, now. */
    refresh(): Promise<void>
    close(): Promise<void>
  }

/** What to look for in transcripts. */
export type TextQuery = {
  readonly text: string
  /** In this run only. */
  readonly runId?: RunId | undefined
  /** Hits of one run at most, the newest. */
  readonly perRun: number
  readonly signal: AbortSignal
}

/** `complete`: this device has all of every run that was looked through. */
export type TextFound = { readonly complete: boolean }

/** An entry in which the words stand, and what stands around them. */
export type TextHit = {
  readonly n: number
  /** ms since epoch: when the entry was made. */
  readonly at: number
  readonly before: string
  readonly match: string
  readonly after: string
}

/** A run whose transcript this device has. */
export type KeptRun = {
  /** ms since epoch, of the device: when it was shown last. */
  readonly openedAt: number
  /** It stays here, whole and up to date, until a person says otherwise. The others make room when space gets short. */
  readonly pinned: boolean
  /** Of a pinned one: everything up to now is here. */
  readonly whole: boolean
}

/** One run's transcript, read-only, with its unfinished entries brought up to date by live text. */
export type Transcript = {
  readonly runId: RunId
  /** Synced rows of the run's space (`files`, `tasks`, `session`, `artifact/…`). */
  subscribe<T>(query: (tx: ReadTransaction) => Promise<T>, onData: (value: T) => void): () => void
  /**
   * Entries in order. First call: everything this device has. Then the whole array again, in which unchanged entries are the
   * same objects, so that a keyed list touches only what changed.
   */
  subscribeEntries(onEntries: (view: TranscriptView) => void): () => void
  /**
   * Shows the page before the oldest entry that is shown: what this device has of it, else what the server answers, which the device
   * keeps from then on. `false`: there is none, or it can't be had now.
   */
  loadOlder(): Promise<boolean>
  /** Shows no more than about the newest `count` entries again, so that a page that follows for hours stays small. */
  keepNewest(count: number): void
  close(): void
}

export type TranscriptView = {
  readonly entries: readonly TranscriptEntry[]
  /** There are older entries than these. */
  readonly hasOlder: boolean
  /** This device has the next page of them: it is to be had without a network. */
  readonly olderIsHere: boolean
  /** `false` until this device has had a first answer. */
  readonly loaded: boolean
}

/** A mutation that this device refused at once: nothing was kept. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
  readonly code: string
  constructor(code: string, detail: string | undefined) {
    super(detail ?? code)
    this.code = code
  }
}

/** Something was asked of the server and no answer came: whether it was done is not known. Only where nothing is kept on the device. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError'
  constructor(cause: unknown) {
    super('the server can’t be reached', { cause })
  }
}
