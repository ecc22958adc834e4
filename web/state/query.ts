import { createComputed, on, onCleanup } from 'solid-js'
import { createStore, reconcile } from 'solid-js/store'
import type { ReadTransaction } from '#sync/core/transaction.ts'
import { useWorkspace } from './workspace.ts'

/** `loaded` is `false` until the device's store has answered once; then `value` is what it has, `undefined` if nothing. */
export type Query<T> = { readonly value: T | undefined; readonly loaded: boolean }

type Subscribable = { subscribe<T>(query: (tx: ReadTransaction) => Promise<T>, onData: (value: T) => void): () => void }

/**
 * A live query over the workspace, or over `source` (a transcript). `query` returns what to read and is asked again when
 * a signal it used changes. Rows keep their identity by `key` (`id`), so that only changed fields touch the page.
 * Read rows through `getRow` and `scanRows`: their values are copies, which this store may write to.
 */
export function useQuery<T>(
  query: () => (tx: ReadTransaction) => Promise<T>,
  options: { readonly key?: string | null; readonly source?: () => Subscribable | undefined } = {},
): Query<T> {
  const workspace = options.source === undefined ? useWorkspace() : undefined
  const [state, setState] = createStore<{ value: T | undefined; loaded: boolean }>({ value: undefined, loaded: false })
  createComputed(
    on([query, () => options.source?.() ?? workspace], ([read, source]) => {
      setState({ value: undefined, loaded: false })
      if (source === undefined) return
      const unsubscribe = source.subscribe(read, (value) => {
        setState(
          'value',
          reconcile<T | undefined, T | undefined>(value, { key: options.key === undefined ? 'id' : options.key }),
        )
        setState('loaded', true)
      })
      onCleanup(unsubscribe)
    }),
  )
  return state
}
