import { TeamId } from '#shared/ids.ts'
import { createDeviceImages, type DeviceImages } from './device-images.ts'
import { createMemoryImageStore } from './memory-image-store.ts'

/** Pictures that live as long as the page and know no server: for tests of pages. */
export function createMemoryImages({ now }: { readonly now: () => number }): DeviceImages {
  return createDeviceImages({
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
  }).images
}
