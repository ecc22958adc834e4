import type { Awareness } from 'y-protocols/awareness'
import type * as Y from 'yjs'
import type { PlanId } from '#shared/ids.ts'

/** How far a plan's document on this device and the server's agree. */
export type PlanDocumentState = {
  readonly connection: 'connecting' | 'online' | 'offline'
  /** Since it was opened, everything that the server had has come. */
  readonly synced: boolean
  /** The server has stored all that was written here. */
  readonly stored: boolean
  /** Why the server takes nothing more of it: what is written stays on this device. `undefined` while it does. */
  readonly refused: 'not_found' | 'signed_out' | 'full' | 'malformed' | undefined
}

/** A plan's text on this device: readable and writable with no network, and one with the server's whenever there is one. */
export type PlanDocument = {
  readonly planId: PlanId
  /** Its text is the fragment `planField` of `sync/core/plan/schema.ts`. */
  readonly doc: Y.Doc
  /** Who else is in it, with name, colour and selection; nobody while there is no network. */
  readonly awareness: Awareness
  /** Resolves once `doc` holds what this device has of it. */
  readonly loaded: Promise<void>
  /** Calls back at once and on each change. Returns the unsubscriber. */
  subscribeState(onState: (state: PlanDocumentState) => void): () => void
  /** The last one to close a document ends its connection, when everything is stored or at once where there is none. */
  close(): void
}
