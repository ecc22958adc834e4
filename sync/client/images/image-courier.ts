import type { BlobHash } from '#shared/ids.ts'
import { retryDelayMs } from '../retry-delay.ts'
import type { ImageRequests } from './image-requests.ts'
import type { ImageNote, ImageStore } from './image-store.ts'

export type ImageCourierDeps = {
  readonly store: ImageStore
  readonly requests: Pick<ImageRequests, 'send'>
  readonly isOnline: () => boolean
  readonly random: () => number
  readonly unlessClosed: (error: unknown) => void
}

/** Brings pictures that were put in on this device to the server, one after the other, in the order in which they were put in. */
export function createImageCourier({ store, requests, ...deps }: ImageCourierDeps) {
  let working: Promise<void> | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let closed = false
  /** Something came after the last look at what waits. */
  let isStale = false

  function work(): void {
    clearTimeout(timer)
    timer = undefined
    if (closed || !deps.isOnline()) return
    isStale = true
    working ??= workOn()
      .catch((error: unknown) => {
        if (!closed) deps.unlessClosed(error)
      })
      .finally(() => {
        working = undefined
        if (isStale && timer === undefined) work()
      })
  }

  async function workOn(): Promise<void> {
    for (;;) {
      isStale = false
      const [next] = waitingOf(await store.notes())
      if (next === undefined || closed || !deps.isOnline()) return
      if (!(await bring(next.hash))) {
        timer = setTimeout(work, retryDelayMs(failures++, deps.random))
        return
      }
      failures = 0
    }
  }

  /** `false`: it is tried again later. */
  async function bring(hash: BlobHash): Promise<boolean> {
    const content = await store.read(hash)
    if (content === undefined) {
      await store.change(hash, () => undefined)
      return true
    }
    const sent = await requests.send(hash, content)
    if (closed || sent.type === 'later') return false
    await store.change(hash, (note) =>
      sent.type === 'stored'
        ? { ...note, state: 'stored', refusal: undefined }
        : { ...note, state: 'refused', refusal: sent.refusal },
    )
    return true
  }

  return {
    /** Something waits that did not. */
    work(): void {
      if (timer === undefined) work()
    },
    /** The server is to be reached again: nothing waits for its next turn. */
    retry(): void {
      failures = 0
      work()
    },
    async close(): Promise<void> {
      closed = true
      clearTimeout(timer)
      await working
    },
  }
}

export function waitingOf(notes: readonly ImageNote[]): readonly ImageNote[] {
  return notes.filter(({ state }) => state === 'waiting').sort((a, b) => a.addedAt - b.addedAt)
}
