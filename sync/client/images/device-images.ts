import type { ImageType } from '#shared/domain/plan-image.ts'
import type { BlobHash, PlanId } from '#shared/ids.ts'
import { readImageFacts } from '#sync/core/plan/image-facts.ts'
import type { Refusal } from '#shared/refusal.ts'
import { createImageCourier, waitingOf } from './image-courier.ts'
import { createImageRequests, type ImageRequestsDeps } from './image-requests.ts'
import type { ImageNote, ImageStore } from './image-store.ts'
import { sha256Of } from './sha256.ts'

/** A picture that was put in on this device and that the server does not have. */
export type UnsentImage = {
  readonly hash: BlobHash
  readonly planId: PlanId | undefined
  /** ms since epoch, of the device. */
  readonly addedAt: number
  /** Why the server does not take it; `undefined`: it is sent by itself. */
  readonly refusal: Refusal | undefined
}

export type ImageHere = { readonly type: ImageType; readonly content: Uint8Array<ArrayBuffer> }

/** The pictures of plans as this device has them. */
export type DeviceImages = {
  /** Keeps a picture that is put into a plan, and sends it by itself. Resolves once it is on the disk; rejects where the device can't keep it. */
  keepImage(image: { readonly content: Uint8Array<ArrayBuffer>; readonly planId: PlanId }): Promise<BlobHash>
  /**
   * What this device has of it, else what the server answers, which the device keeps from then on. `missing`: the server has none, or does not have it yet.
   */
  readImage(hash: BlobHash, signal: AbortSignal): Promise<ImageHere | 'missing' | 'unreachable'>
  /** Calls back with the pictures that the server does not have, at once and on each change. */
  subscribeUnsentImages(onUnsent: (unsent: readonly UnsentImage[]) => void): () => void
  /** Sends one again that was refused. */
  retryImage(hash: BlobHash): Promise<void>
  /** Gives up one that the server does not have. */
  discardImage(hash: BlobHash): Promise<void>
}

export type DeviceImagesDeps = ImageRequestsDeps & {
  readonly store: ImageStore
  readonly isOnline: () => boolean
  /** How many wait to be sent. */
  readonly onWaiting: (count: number) => void
  readonly now: () => number
  readonly random: () => number
  readonly unlessClosed: (error: unknown) => void
}

/** Pictures that the server has too: those used longest ago make room, beyond so many and so many bytes. */
const mostImages = 500
const mostBytes = 200_000_000
/** A picture that is shown again within this is not noted again. */
const usedMs = 60 * 60_000

export function createDeviceImages(deps: DeviceImagesDeps) {
  const { store } = deps
  const requests = createImageRequests(deps)
  const courier = createImageCourier({ ...deps, requests })
  const listeners = new Set<(unsent: readonly UnsentImage[]) => void>()
  /** One request for a picture, however often it stands in what is shown. */
  const fetching = new Map<BlobHash, Promise<ImageHere | 'missing' | 'unreachable'>>()
  const giveUp = new AbortController()
  let unsent: readonly UnsentImage[] = []
  let turn: Promise<void> = Promise.resolve()

  function look(): void {
    turn = turn.then(lookNow).catch((error: unknown) => {
      if (!giveUp.signal.aborted) deps.unlessClosed(error)
    })
  }

  async function lookNow(): Promise<void> {
    if (giveUp.signal.aborted) return
    const notes = await store.notes()
    unsent = notes
      .filter(({ state }) => state !== 'stored')
      .sort((a, b) => a.addedAt - b.addedAt)
      .map(({ hash, planId, addedAt, refusal }) => ({ hash, planId, addedAt, refusal }))
    const waiting = waitingOf(notes).length
    deps.onWaiting(waiting)
    for (const listener of listeners) listener(unsent)
    if (waiting > 0) courier.work()
    await makeRoom(notes)
  }

  async function makeRoom(notes: readonly ImageNote[]): Promise<void> {
    let [count, bytes] = [0, 0]
    for (const note of notes.filter(({ state }) => state === 'stored').sort((a, b) => b.usedAt - a.usedAt)) {
      count++
      bytes += note.bytes
      if (count <= mostImages && bytes <= mostBytes) continue
      await store.change(note.hash, (now) => (now.state === 'stored' && now.usedAt === note.usedAt ? undefined : now))
    }
  }

  /** From the server, and then from here. */
  async function bring(hash: BlobHash): Promise<ImageHere | 'missing' | 'unreachable'> {
    const fetched = await requests.fetch(hash, giveUp.signal)
    if (fetched.type !== 'image') return fetched.type
    const facts = readImageFacts(fetched.content)
    if (facts === undefined || (await sha256Of(fetched.content)) !== hash) return 'unreachable'
    const at = deps.now()
    const note = {
      hash,
      type: facts.type,
      bytes: fetched.content.byteLength,
      state: 'stored',
      addedAt: at,
      usedAt: at,
    } as const
    // A full disk: it is shown all the same, only not kept.
    await store.put(hash, fetched.content, (known) => ({ ...known, ...note })).catch(() => undefined)
    return { type: facts.type, content: fetched.content }
  }

  function fetchOnce(hash: BlobHash): Promise<ImageHere | 'missing' | 'unreachable'> {
    const known = fetching.get(hash)
    if (known !== undefined) return known
    const asked = bring(hash).finally(() => fetching.delete(hash))
    fetching.set(hash, asked)
    return asked
  }

  const stopStore = store.subscribe(look)
  look()

  const images: DeviceImages = {
    async keepImage({ content, planId }) {
      const facts = readImageFacts(content)
      if (facts === undefined) throw new Error('these bytes are no picture')
      const hash = await sha256Of(content)
      const at = deps.now()
      const note = { hash, type: facts.type, bytes: content.byteLength, planId, addedAt: at, usedAt: at }
      // What the server has need not go there again; what it refused is asked for anew.
      await store.put(hash, content, (known) =>
        known?.state === 'stored' ? { ...known, usedAt: at } : { ...note, state: 'waiting' },
      )
      return hash
    },
    async readImage(hash, signal) {
      const content = await store.read(hash)
      const facts = content && readImageFacts(content)
      if (content === undefined || facts === undefined) return signal.aborted ? 'unreachable' : fetchOnce(hash)
      const at = deps.now()
      store.change(hash, (note) => (note.usedAt > at - usedMs ? note : { ...note, usedAt: at })).catch(() => undefined)
      return { type: facts.type, content }
    },
    subscribeUnsentImages(onUnsent) {
      listeners.add(onUnsent)
      onUnsent(unsent)
      return () => listeners.delete(onUnsent)
    },
    retryImage: (hash) =>
      store.change(hash, (note) =>
        note.state === 'refused' ? { ...note, state: 'waiting', refusal: undefined } : note,
      ),
    discardImage: (hash) => store.change(hash, (note) => (note.state === 'stored' ? note : undefined)),
  }
  return {
    images,
    /** The server is to be reached again. */
    wake: (): void => courier.retry(),
    async close(): Promise<void> {
      giveUp.abort()
      stopStore()
      listeners.clear()
      await courier.close()
      await turn
      store.close()
    },
  }
}
