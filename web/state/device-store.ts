import { createStore, del, get, set } from 'idb-keyval'
import { createStrictContext } from './context.ts'

/** Small state of this device that outlives a kill of the app: who was signed in, drafts, choices. */
export type DeviceStore = {
  get(key: string): Promise<unknown>
  set(key: string, value: unknown): Promise<void>
  del(key: string): Promise<void>
}

export function createDeviceStore(): DeviceStore {
  const store = createStore('drover-device', 'state')
  return {
    get: (key) => get(key, store),
    set: (key, value) => set(key, value, store),
    del: (key) => del(key, store),
  }
}

/** For tests and for browsers that refuse IndexedDB (private windows): lives as long as the page. */
export function createMemoryDeviceStore(entries: Iterable<readonly [string, unknown]> = []): DeviceStore {
  const values = new Map<string, unknown>(entries)
  return {
    get: async (key) => structuredClone(values.get(key)),
    set: async (key, value) => void values.set(key, structuredClone(value)),
    del: async (key) => void values.delete(key),
  }
}

export const [DeviceStoreContext, useDeviceStore] = createStrictContext<DeviceStore>('DeviceStore')
