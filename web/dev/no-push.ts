import type { PushDevice } from '../pwa/push-device.ts'
import type { DeviceStorage } from '../pwa/storage.ts'

/** A browser without pushes. */
export const noPush: PushDevice = {
  support: () => 'unsupported',
  current: async () => undefined,
  subscribe: async () => undefined,
  unsubscribe: async () => undefined,
  sendAnswers: () => undefined,
  onOpen: () => () => undefined,
}

/** A browser that tells nothing of its storage. */
export const noStorage: DeviceStorage = {
  estimate: async () => undefined,
  isPersistent: async () => false,
  persist: async () => false,
  mark: { set: () => undefined, isSet: () => false, clear: () => undefined },
}
