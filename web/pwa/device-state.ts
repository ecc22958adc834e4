import { createStore, type UseStore } from 'idb-keyval'

/** The small state of this device, which pages and the service worker share. */
export function openDeviceState(): UseStore {
  return createStore('drover-device', 'state')
}

/** What was shared and not looked at yet, the oldest first. */
export const sharesKey = 'shares'
export const sharesLimit = 10
