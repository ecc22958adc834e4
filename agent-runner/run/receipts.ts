import type { DeliveryId, RunId } from '#shared/ids.ts'
import type { RunnerUp } from '#shared/protocol/runner-link.ts'
import type { PublishResults } from '#shared/domain/run-publish.ts'
import type { Refusal } from '#shared/refusal.ts'
import type { Journal } from './journal.ts'
import type { Receipt } from './run-memory.ts'

/**
 * What became of the intents that were delivered to a run. Each state is in the journal before it is told, and told
 * again after every reconnect until the server has it.
 */
export interface Receipts {
  of(deliveryId: DeliveryId): Receipt | undefined
  set(
    deliveryId: DeliveryId,
    state: Receipt['state'],
    refusal?: Refusal,
    /** Of each repository, where there were several. */
    results?: PublishResults,
  ): Promise<void>
  /** The delivery came again: what became of it is told again. */
  repeat(receipt: Receipt): void
  /** The server acknowledged the oldest state that was sent for it and not acknowledged yet. */
  acked(deliveryId: DeliveryId): void
  /** A new connection: every receipt that is not acknowledged is sent on it. */
  reconnected(): void
}

export function createReceipts({
  runId,
  journal,
  send,
}: {
  runId: RunId
  journal: Journal
  send: (message: RunnerUp) => void
}): Receipts {
  let sent = new Map<DeliveryId, Receipt['state'][]>()

  function tell(receipt: Receipt): void {
    sent.set(receipt.deliveryId, [...(sent.get(receipt.deliveryId) ?? []), receipt.state])
    const { deliveryId, state, refusal, results } = receipt
    const why = refusal === undefined ? {} : { refusal }
    send({ type: 'receipt', deliveryId, runId, state, ...why, ...(results === undefined ? {} : { results }) })
  }

  return {
    of: (deliveryId) => {
      const { receipts, settled } = journal.memory()
      return receipts[deliveryId] ?? settled.find((receipt) => receipt.deliveryId === deliveryId)
    },
    set: async (deliveryId, state, refusal, results) => {
      const receipt: Receipt = {
        deliveryId,
        state,
        ...(refusal === undefined ? {} : { refusal }),
        ...(results === undefined ? {} : { results }),
      }
      await journal.record({ k: 'receipt', receipt })
      tell(receipt)
    },
    repeat: tell,
    acked: (deliveryId) => {
      const [state, ...rest] = sent.get(deliveryId) ?? []
      if (rest.length > 0) sent.set(deliveryId, rest)
      else sent.delete(deliveryId)
      const final = state === 'done' || state === 'refused'
      if (final && journal.memory().receipts[deliveryId] !== undefined) void journal.record({ k: 'forget', deliveryId })
    },
    reconnected: () => {
      sent = new Map()
      for (const receipt of Object.values(journal.memory().receipts)) tell(receipt)
    },
  }
}
