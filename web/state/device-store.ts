import { del, get, getMany, keys, set, update } from 'idb-keyval'
import { openDeviceState } from '../pwa/device-state.ts'
import { createStrictContext } from './context.ts'

/** Small state of this device that outlives a kill of the app: who was signed in, drafts, choices. */
export type DeviceStore = {
  get(key: string): Promise<unknown>
  /** The values of all keys that begin so. */
  find(prefix: string): Promise<readonly unknown[]>
  set(key: string, value: unknown): Promise<void>
  /** Reads and writes in one step, also against other tabs and the service worker. */
  update(key: string, change: (kept: unknown) => unknown): Promise<void>
  del(key: string): Promise<void>
}

export function createDeviceStore(): DeviceStore {
  const store = openDeviceState()
  return {
    get: (key) => get(key, store),
    find: async (prefix) =>
      getMany(
        (await keys(store)).filter((key) => typeof key === 'string' && key.startsWith(prefix)),
        store,
      ),
    set: (key, value) => set(key, value, store),
    update: (key, change) => update(key, change, store),
    del: (key) => del(key, store),
  }
}

/** For tests and for browsers that refuse IndexedDB (private windows): lives as long as the page. */
export function createMemoryDeviceStore(entries: Iterable<readonly [string, unknown]> = []): DeviceStore {
  const values = new Map<string, unknown>(entries)
  return {
    get: async (key) => structuredClone(values.get(key)),
    find: async (prefix) =>
      structuredClone([...values].flatMap(([key, value]) => (key.startsWith(prefix) ? [value] : []))),
    set: async (key, value) => void values.set(key, structuredClone(value)),
    update: async (key, change) => void values.set(key, structuredClone(change(structuredClone(values.get(key))))),
    del: async (key) => void values.delete(key),
  }
}

export const [DeviceStoreContext, useDeviceStore] = createStrictContext<DeviceStore>('DeviceStore')
