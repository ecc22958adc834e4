import type { Awareness } from 'y-protocols/awareness'
import type * as Y from 'yjs'
import type { PlanId } from '#shared/ids.ts'

/** How far a plan's document on this device and the server's agree. */
export type PlanDocumentState = {
  /** `polling`: no socket gets through, and it is asked for by requests every few seconds. */
  readonly connection: 'connecting' | 'online' | 'polling' | 'offline'
  /**
   * This device has the plan's text: from before, from the server, or because it was made here. Where not, the document is empty because nothing has come
   * yet, and the row `plan-text/…` may have more of it.
   */
  readonly here: boolean
  /** Since it was opened, everything that the server had has come. */
  readonly synced: boolean
  /** The server has stored all that was written here. */
  readonly stored: boolean
  /** What was written is on this device's disk; `false` where the device can't keep it, such as for want of room. */
  readonly kept: boolean
  /** Why the server takes nothing more of it: what is written stays on this device. `undefined` while it does. */
  readonly refused: PlanRefused | undefined
}

/** `not_allowed`: this person may read the plan, and not write to it. */
export type PlanRefused = 'not_found' | 'not_allowed' | 'signed_out' | 'full' | 'malformed'

/** A plan's text on this device: readable and writable with no network, and one with the server's whenever there is one. */
export type PlanDocument = {
  readonly planId: PlanId
  /** Its text is the fragment `planField` of `sync/core/plan/schema.ts`. It holds what this device had from the first moment on. */
  readonly doc: Y.Doc
  /** Who else is in it, with name, colour and selection; nobody while there is no network. */
  readonly awareness: Awareness
  /** Calls back at once and on each change. Returns the unsubscriber. */
  subscribeState(onState: (state: PlanDocumentState) => void): () => void
  /** The last one to close a document ends its connection, when everything is stored or at once where there is none. */
  close(): void
}

/** A plan whose document this device has. */
export type PlanCopy = {
  readonly planId: PlanId
  readonly title: string
  /** ms since epoch, of the device: when a person had it open last; 0: it was only fetched. */
  readonly openedAt: number
  /** It stays here and up to date, until a person says otherwise. The others make room when space gets short. */
  readonly pinned: boolean
  /** The document has come; one that was only just pinned has not. */
  readonly here: boolean
  /** It is what the server had when this device last heard of the plan. */
  readonly fresh: boolean
  /** Something was written here that the server has not stored yet. It is sent by itself. */
  readonly unstored: boolean
  /** The plan was deleted, or may not be read any more: what was written here is in this copy alone. */
  readonly lost: boolean
}

/** The plans of a workspace as this device has them. */
export type DevicePlans = {
  /**
   * Opens a plan's document, or joins it where it is open: with what this device has of it, at once, whether there is a network or not. Rejects where the
   * device's store can't be read. Close it when it is not shown.
   */
  openPlan(planId: PlanId): Promise<PlanDocument>
  /** Calls back with the plans that this device has, at once and on each change. */
  subscribePlanCopies(onCopies: (copies: ReadonlyMap<PlanId, PlanCopy>) => void): () => void
  /** Keeps a plan on this device and up to date, or lets it make room again. Resolves once that is noted; the plan comes by and by. */
  pinPlan(planId: PlanId, pinned: boolean): Promise<void>
  /** Writes what a plan's copy here holds into the document of another plan: to duplicate it, or to make a plan of one that is lost. */
  copyPlan(from: PlanId, to: PlanId): Promise<void>
  /** Removes a plan's copy from this device, with what was written here and not stored by the server. */
  dropPlanCopy(planId: PlanId): Promise<void>
}
