import type { PublishDelivery } from '#shared/domain/run-publish.ts'
import type { RunSecret } from '#shared/domain/secret.ts'
import type { DeliveryId } from '#shared/ids.ts'
import { refusal } from '#shared/refusal.ts'
import { messageOf } from '../log.ts'
import type { Journal } from '../run/journal.ts'
import type { Receipts } from '../run/receipts.ts'
import type { Publish } from './publish.ts'

/** Publishes for one run, one after the other, while its other deliveries go on: a push may take minutes. */
export interface PublishQueue {
  /** There is no receipt before the last one: what a runner that died has begun ends when the order comes again. One that is at work already is not begun twice. */
  take(deliveryId: DeliveryId, order: PublishDelivery, secrets: readonly RunSecret[]): void
  /** Breaks off what is at work; it comes again. */
  close(): Promise<void>
}

const mostMs = 15 * 60_000

export function createPublishQueue({
  publish,
  receipts,
  journal,
  onTrouble,
}: {
  publish: Publish
  receipts: Pick<Receipts, 'set'>
  journal: Pick<Journal, 'committed'>
  onTrouble: (error: unknown) => void
}): PublishQueue {
  const closing = new AbortController()
  const open = new Set<DeliveryId>()
  let last: Promise<void> = Promise.resolve()

  async function perform(deliveryId: DeliveryId, order: PublishDelivery, secrets: readonly RunSecret[]): Promise<void> {
    const { signal } = closing
    if (signal.aborted) return
    const done = await publish(order, secrets, AbortSignal.any([signal, AbortSignal.timeout(mostMs)])).catch(
      (error: unknown) => {
        onTrouble(error)
        return { refusal: refusal('internal', messageOf(error).slice(0, 300)), results: undefined }
      },
    )
    // What was broken off is no outcome.
    if (signal.aborted) return
    await journal.committed()
    await receipts.set(deliveryId, done.refusal === undefined ? 'done' : 'refused', done.refusal, done.results)
  }

  return {
    take(deliveryId, order, secrets) {
      if (open.has(deliveryId)) return
      open.add(deliveryId)
      last = last
        .then(() => perform(deliveryId, order, secrets))
        .catch(onTrouble)
        .finally(() => open.delete(deliveryId))
    },
    close: async () => {
      closing.abort()
      await last
    },
  }
}
