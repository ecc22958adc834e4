import type { PushDevice } from '../pwa/push-device.ts'

/** A browser without pushes. */
export const noPush: PushDevice = {
  support: () => 'unsupported',
  current: async () => undefined,
  subscribe: async () => undefined,
  unsubscribe: async () => undefined,
  sendAnswers: () => undefined,
  onOpen: () => () => undefined,
}
