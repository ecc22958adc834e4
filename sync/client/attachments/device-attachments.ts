import { attachmentTypeOf } from '#shared/domain/attachment-type.ts'
import type { BlobHash } from '#shared/ids.ts'
import { attachmentPath } from '#shared/protocol/attachments.ts'
import type { Refusal } from '#shared/refusal.ts'
import { createImageCourier, waitingOf } from '../images/image-courier.ts'
import { createImageRequests, type ImageRequestsDeps } from '../images/image-requests.ts'
import type { ImageNote, ImageStore } from '../images/image-store.ts'
import { sha256Of } from '../images/sha256.ts'

/** A file of a message that was sent here, which the server does not have. `refusal`: why it does not take it; absent: it is sent by itself. */
export type UnsentAttachment = { readonly blob: BlobHash; readonly refusal: Refusal | undefined }

/** The files that go with messages, as this device has them. */
export type DeviceAttachments = {
  /** Keeps a file of a message that is being written. Resolves once it is on the disk; rejects where the device can't keep it, or too much waits. */
  keepAttachment(content: Uint8Array<ArrayBuffer>): Promise<BlobHash>
  /** Their message is sent: from now on they go to the server by themselves, also those that it has refused. Resolves once the device knows that. */
  sendAttachments(blobs: readonly BlobHash[]): Promise<void>
  /** Lets go of files of messages that are not sent, unless one that is being written names them. */
  forgetUnnamed(named: ReadonlySet<string>): Promise<void>
  /** What this device itself has of it. */
  readAttachment(blob: BlobHash): Promise<Uint8Array<ArrayBuffer> | undefined>
  /** Calls back with those that the server does not have, at once and on each change. */
  subscribeUnsentAttachments(onUnsent: (unsent: readonly UnsentAttachment[]) => void): () => void
}

export type DeviceAttachmentsDeps = Omit<ImageRequestsDeps, 'pathOf'> & {
  readonly store: ImageStore
  readonly isOnline: () => boolean
  /** How many wait to be sent. */
  readonly onWaiting: (count: number) => void
  readonly now: () => number
  readonly random: () => number
  readonly unlessClosed: (error: unknown) => void
}

/** Files that the server has too, or that stand in a message nobody went on with: the oldest make room. */
const mostFiles = 200
const mostBytes = 200_000_000
/** A message that was begun may lie for so long, and so may a file that the server did not take. */
const heldMs = 90 * 86_400_000
/** Files that the server does not have. */
const mostUnsentBytes = 500_000_000
/** A page writes its draft soon after the file. */
const freshMs = 3_600_000

export function createDeviceAttachments(deps: DeviceAttachmentsDeps) {
  const { store } = deps
  const requests = createImageRequests({ ...deps, pathOf: attachmentPath })
  const courier = createImageCourier({ ...deps, requests })
  const listeners = new Set<(unsent: readonly UnsentAttachment[]) => void>()
  let unsent: readonly UnsentAttachment[] = []
  let turn: Promise<void> = Promise.resolve()
  let closed = false

  function look(): void {
    turn = turn.then(lookNow).catch((error: unknown) => {
      if (!closed) deps.unlessClosed(error)
    })
  }

  async function lookNow(): Promise<void> {
    if (closed) return
    const notes = await store.notes()
    unsent = notes
      .filter(({ state }) => state === 'waiting' || state === 'refused')
      .map(({ hash, refusal }) => ({ blob: hash, refusal }))
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
      if (count > mostFiles || bytes > mostBytes) await store.change(note.hash, dropIf('stored', note.usedAt))
    }
    const old = deps.now() - heldMs
    for (const { hash, state, usedAt } of notes)
      if ((state === 'held' || state === 'refused') && usedAt < old) await store.change(hash, dropIf(state, usedAt))
  }

  const stopStore = store.subscribe(look)
  look()

  const attachments: DeviceAttachments = {
    async keepAttachment(content) {
      const hash = await sha256Of(content)
      const at = deps.now()
      const unsentBytes = (await store.notes())
        .filter((one) => one.state !== 'stored' && one.hash !== hash)
        .reduce((sum, { bytes }) => sum + bytes, content.byteLength)
      if (unsentBytes > mostUnsentBytes) throw new RangeError('too much waits to be sent')
      const note = { hash, type: attachmentTypeOf(content), bytes: content.byteLength, addedAt: at, usedAt: at }
      await store.put(hash, content, (known) =>
        known === undefined || known.state === 'refused' ? { ...note, state: 'held' } : { ...known, usedAt: at },
      )
      return hash
    },
    async sendAttachments(blobs) {
      for (const blob of blobs)
        // One that the server had once it may have let go of since.
        await store.change(blob, (note) => ({ ...note, state: 'waiting', refusal: undefined, usedAt: deps.now() }))
    },
    async forgetUnnamed(named) {
      const before = deps.now() - freshMs
      for (const { hash, state, usedAt } of await store.notes())
        if (state === 'held' && usedAt < before && !named.has(hash)) await store.change(hash, dropIf('held', usedAt))
    },
    readAttachment: (blob) => store.read(blob),
    subscribeUnsentAttachments(onUnsent) {
      listeners.add(onUnsent)
      onUnsent(unsent)
      return () => listeners.delete(onUnsent)
    },
  }
  return {
    attachments,
    /** The server is to be reached again. */
    wake: (): void => courier.retry(),
    async close(): Promise<void> {
      closed = true
      stopStore()
      listeners.clear()
      await courier.close()
      await turn
      store.close()
    },
  }
}

/** Unless it was used meanwhile. */
function dropIf(state: ImageNote['state'], usedAt: number): (note: ImageNote) => ImageNote | undefined {
  return (note) => (note.state === state && note.usedAt === usedAt ? undefined : note)
}
