import type { BlobHash } from '#shared/ids.ts'
import type { ImageNote, ImageStore } from './image-store.ts'

/** Lives as long as the page: for tests, where one stands for the disk of a device, and for browsers that keep nothing. */
export function createMemoryImageStore(): ImageStore {
  const images = new Map<BlobHash, { readonly note: ImageNote; readonly content: Uint8Array<ArrayBuffer> }>()
  const listeners = new Set<() => void>()
  const tell = (): void => {
    for (const listener of listeners) listener()
  }
  return {
    read: async (hash) => images.get(hash)?.content,
    async put(hash, content, note) {
      images.set(hash, { note: note(images.get(hash)?.note), content })
      tell()
    },
    async change(hash, change) {
      const known = images.get(hash)
      const note = known && change(known.note)
      if (known === undefined || note === known.note) return
      if (note === undefined) images.delete(hash)
      else images.set(hash, { ...known, note })
      tell()
    },
    notes: async () => [...images.values()].map(({ note }) => note),
    subscribe(onChange) {
      listeners.add(onChange)
      return () => listeners.delete(onChange)
    },
    close: () => undefined,
  }
}
