import type { Workspace } from '#sync/client/workspace.ts'
import type { ReadTransaction } from '#sync/core/transaction.ts'

/** The first answer of the query, over this device's rows as they change, that is accepted. */
export function until<T>(
  device: Workspace,
  query: (tx: ReadTransaction) => Promise<T>,
  accept: (value: T) => boolean,
): Promise<T> {
  return new Promise((resolve) => {
    let stop: (() => void) | undefined
    stop = device.subscribe(query, (value) => {
      if (!accept(value)) return
      queueMicrotask(() => stop?.())
      resolve(value)
    })
  })
}
