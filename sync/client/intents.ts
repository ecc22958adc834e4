import type { MutatorName } from '#sync/core/mutators/all.ts'

/**
 * What a person did, kept on the device from before the app shows it as done until the server has taken it. Replicache
 * writes its own copy half a second later: an app that is killed in between loses nothing because of this one.
 */
export type Intent = {
  readonly id: string
  readonly name: MutatorName
  readonly args: unknown
  /** ms since epoch, of the device. */
  readonly at: number
  /** The page that made it; another page offers it again only when that one is gone. */
  readonly tab: string
  /** Replicache's ids of the mutation that carries it now. */
  readonly clientId: string | undefined
  readonly mutationId: number | undefined
}

export type IntentStore = {
  put(intent: Intent): Promise<void>
  delete(id: string): Promise<void>
  all(): Promise<readonly Intent[]>
  close(): void
}

export function createMemoryIntentStore(): IntentStore {
  const intents = new Map<string, Intent>()
  return {
    put: async (intent) => void intents.set(intent.id, intent),
    delete: async (id) => void intents.delete(id),
    all: async () => [...intents.values()].sort(byTime),
    close: () => undefined,
  }
}

const storeName = 'intents'

/** In IndexedDB; a write resolves when the database has committed it. */
export async function openIntentStore(name: string, indexedDb: IDBFactory): Promise<IntentStore> {
  const opening = indexedDb.open(name, 1)
  opening.onupgradeneeded = () => void opening.result.createObjectStore(storeName, { keyPath: 'id' })
  const db = await settled(opening)
  const write = (act: (store: IDBObjectStore) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      const tx = db.transaction(storeName, 'readwrite')
      tx.oncomplete = () => resolve()
      tx.onabort = tx.onerror = () => reject(new Error('this device could not keep the change', { cause: tx.error }))
      act(tx.objectStore(storeName))
    })
  return {
    put: (intent) => write((store) => store.put(intent)),
    delete: (id) => write((store) => store.delete(id)),
    async all() {
      const rows: Intent[] = await settled(db.transaction(storeName).objectStore(storeName).getAll())
      return rows.sort(byTime)
    },
    close: () => db.close(),
  }
}

function byTime(a: Intent, b: Intent): number {
  return a.at - b.at || (a.id < b.id ? -1 : 1)
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(new Error('the device store failed', { cause: request.error }))
  })
}
