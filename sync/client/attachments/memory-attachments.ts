import { TeamId } from '#shared/ids.ts'
import { createMemoryImageStore } from '../images/memory-image-store.ts'
import { createDeviceAttachments, type DeviceAttachments } from './device-attachments.ts'

/** Files of messages that live as long as the page and know no server: for tests of pages. */
export function createMemoryAttachments({ now }: { readonly now: () => number }): DeviceAttachments {
  return createDeviceAttachments({
    now,
    store: createMemoryImageStore(),
    teamId: TeamId.parse('memory'),
    baseUrl: '',
    fetch: () => Promise.reject(new TypeError('there is no server')),
    isOnline: () => false,
    onWaiting: () => undefined,
    random: () => 0.5,
    unlessClosed: (error) => {
      throw error
    },
  }).attachments
}
