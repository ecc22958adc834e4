import type { Refusal } from '#shared/refusal.ts'
import { committed, settled } from './indexed-db.ts'

/** Replicache's names of one mutation, and what its push has to say beside them. */
export type Carrier = {
  readonly clientGroupId: string
  readonly clientId: string
  readonly mutationId: number
  readonly schemaVersion: string
}

/**
 * What a person did, kept on the device from before the app shows it as done until the server has taken it, and for some days
 * after that. Replicache writes its own copy half a second later: an app that is killed in between loses nothing because of this
 * one, and whoever finds it can repeat the very push.
 */
export type Intent = {
  readonly id: string
  readonly name: string
  readonly args: unknown
  /** ms since epoch, of the device: for showing only. */
  readonly at: number
  /** Its place among this device's intents. A clock that is set back doesn't change it. */
  readonly seq: number
  /** The page that made it; another page offers it again only when that one is gone. */
  readonly tab: string
  /** The mutations under which it went to the server, the newest last. */
  readonly carriers: readonly Carrier[]
  /** When a push of it was answered, with no page there to see what became of it; ms since epoch. */
  readonly sentAt?: number
  /** What became of it, once a page of this device knows. */
  readonly outcome?: IntentOutcome
}

/** The arguments of the mutation that carries it: its own, and the name by which the server knows it again. */
export function carriedArgs({ id, args }: Intent): Record<string, unknown> {
  return { ...(typeof args === 'object' ? args : undefined), intentId: id }
}

export type IntentOutcome = { readonly at: number; readonly refusal?: Refusal }

export type NewIntent = Pick<Intent, 'id' | 'name' | 'args' | 'at' | 'tab'>

export type IntentStore = {
  /** Keeps it behind all others. Resolves once it is durable; rejects where the device can't keep it. */
  add(intent: NewIntent): Promise<Intent>
  /** Changes one, if it is still there: whoever else does so is before or after. `undefined` removes it. */
  update(id: string, change: (intent: Intent) => Intent | undefined): Promise<void>
  /** In the order in which they were made. */
  all(): Promise<readonly Intent[]>
  /** Hears of every change, those of other pages too. */
  subscribe(onChange: () => void): () => void
  close(): void
}

export function createMemoryIntentStore(): IntentStore {
  const intents = new Map<string, Intent>()
  const listeners = new Set<() => void>()
  let last = 0
  const tell = (): void => {
    for (const listener of listeners) listener()
  }
  return {
    async add(given) {
      const intent = { ...given, seq: ++last, carriers: [] }
      intents.set(intent.id, intent)
      tell()
      return intent
    },
    async update(id, change) {
      const known = intents.get(id)
      if (known === undefined) return
      const changed = change(known)
      if (changed === undefined) intents.delete(id)
      else intents.set(id, changed)
      tell()
    },
    all: async () => [...intents.values()].sort(inOrder),
    subscribe(onChange) {
      listeners.add(onChange)
      return () => listeners.delete(onChange)
    },
    close: () => listeners.clear(),
  }
}

const storeName = 'intents'
/** A row of the same table, so that a place is taken in the same transaction as the intent that stands on it. */
const counterId = 'sys/last'

export const intentStoreOf = (userId: string, teamId: string): string => `drover/${userId}/${teamId}/intents`

/** In IndexedDB; a write resolves when the database has committed it. */
export async function openIntentStore(
  name: string,
  from: { readonly indexedDb: IDBFactory; readonly createChannel: (name: string) => BroadcastChannel },
): Promise<IntentStore> {
  const opening = from.indexedDb.open(name, 1)
  opening.onupgradeneeded = () => void opening.result.createObjectStore(storeName, { keyPath: 'id' })
  const db = await settled(opening)
  const listeners = new Set<() => void>()
  const channel = from.createChannel(name)
  let closed = false
  const hear = (): void => {
    for (const listener of listeners) listener()
  }
  channel.addEventListener('message', hear)

  /** `act` reads what it needs and writes in the same transaction. */
  async function write<T>(act: (store: IDBObjectStore, done: (value: T) => void) => void): Promise<T | undefined> {
    const value = await committed<T>(db, storeName, (tx, done) => act(tx.objectStore(storeName), done))
    if (closed) return value
    channel.postMessage('changed')
    hear()
    return value
  }

  return {
    async add(given) {
      const added = await write<Intent>((store, done) => {
        const counter = store.get(counterId)
        counter.onsuccess = () => {
          const seq = numberOf(counter.result, 'seq') + 1
          const intent: Intent = { ...given, seq, carriers: [] }
          store.put({ id: counterId, seq })
          store.put(intent)
          done(intent)
        }
      })
      if (added === undefined) throw new Error('this device could not keep the change')
      return added
    },
    async update(id, change) {
      await write((store) => {
        const reading = store.get(id)
        reading.onsuccess = () => {
          const known = toIntent(reading.result)
          if (known === undefined) return
          const changed = change(known)
          if (changed === undefined) store.delete(id)
          else store.put(changed)
        }
      })
    },
    async all() {
      const rows: unknown[] = await settled(db.transaction(storeName).objectStore(storeName).getAll())
      return rows.flatMap((row) => toIntent(row) ?? []).sort(inOrder)
    },
    subscribe(onChange) {
      listeners.add(onChange)
      return () => listeners.delete(onChange)
    },
    close() {
      closed = true
      listeners.clear()
      channel.close()
      db.close()
    },
  }
}

function inOrder(a: Intent, b: Intent): number {
  return a.seq - b.seq || a.at - b.at || (a.id < b.id ? -1 : 1)
}

/** As it was kept, maybe by an older app: before there were places, and carriers to repeat a push by. */
function toIntent(row: unknown): Intent | undefined {
  if (typeof row !== 'object' || row === null || !('name' in row) || typeof row.name !== 'string') return undefined
  const kept = row as Intent
  return { ...kept, seq: numberOf(row, 'seq'), carriers: Array.isArray(kept.carriers) ? kept.carriers : [] }
}

function numberOf(row: unknown, field: string): number {
  if (typeof row !== 'object' || row === null) return 0
  const value: unknown = Reflect.get(row, field)
  return typeof value === 'number' ? value : 0
}
