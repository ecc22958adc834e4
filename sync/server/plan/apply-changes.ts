import { applyUpdate, mergeUpdates, type Doc, type Transaction } from 'yjs'
import type { UpdateVerdict } from './check-update.ts'
import type { PendingChange } from './pending-change.ts'

/** One that is in the document now. `news`: the document did not have all of it. */
export type TakenChange = { readonly change: PendingChange; readonly news: boolean }

export type Applied = {
  readonly taken: readonly TakenChange[]
  readonly waits: readonly PendingChange[]
  readonly malformed: readonly PendingChange[]
  /** For which there is no room left. */
  readonly full: readonly PendingChange[]
  /** What all of them together have changed; `undefined`: nothing. */
  readonly update: Uint8Array | undefined
  /** Yjs broke off in one of `malformed`, which it can't, having been asked before: the document may hold half of it. `left` were not tried. */
  readonly failure: unknown
  readonly left: readonly PendingChange[]
}

/** Changes in one transaction of Yjs: what comes out of it is one update, without the cost of putting many together, which grows faster than they do. */
export function applyChanges(
  doc: Doc,
  batch: readonly PendingChange[],
  rules: {
    readonly check: (doc: Doc, update: Uint8Array) => UpdateVerdict
    /** Bytes that a change may have; one that only deletes may always. */
    readonly room: number
  },
): Applied {
  const taken: TakenChange[] = []
  const [waits, malformed, full]: [PendingChange[], PendingChange[], PendingChange[]] = [[], [], []]
  let left: readonly PendingChange[] = []
  let failure: unknown
  const update = during(doc, (transaction) => {
    for (const [index, change] of batch.entries()) {
      const verdict = rules.check(doc, change.update)
      if (verdict.kind === 'malformed') malformed.push(change)
      else if (verdict.kind === 'waits') waits.push(change)
      else if (verdict.news && change.update.length > rules.room) full.push(change)
      else {
        const before = deletionsOf(transaction)
        try {
          applyUpdate(doc, change.update)
        } catch (error) {
          failure = error
          malformed.push(change)
          left = batch.slice(index + 1)
          return
        }
        taken.push({ change, news: verdict.news || deletionsOf(transaction) > before })
      }
    }
  })
  return { taken, waits, malformed, full, update, failure, left }
}

/** What `act` changes in the document, as one update. */
function during(doc: Doc, act: (transaction: Transaction) => void): Uint8Array | undefined {
  const stopNoting = noteUpdates(doc)
  doc.transact(act)
  return stopNoting()
}

/** What the document changes by from now on; calling back ends it, and gives that as one update. */
export function noteUpdates(doc: Doc): () => Uint8Array | undefined {
  const updates: Uint8Array[] = []
  const note = (update: Uint8Array): void => void updates.push(update)
  doc.on('update', note)
  return () => {
    doc.off('update', note)
    // Yjs may follow a transaction by one that tidies formats.
    return updates.length > 1 ? mergeUpdates(updates) : updates[0]
  }
}

function deletionsOf({ deleteSet }: Transaction): number {
  let count = 0
  for (const items of deleteSet.clients.values()) count += items.length
  return count
}
