import type { BlobHash } from '#shared/ids.ts'
import { committed, settled } from '../indexed-db.ts'
import { ImageNote, type ImageStore } from './image-store.ts'

const notesTable = 'notes'
/** The bytes apart from the notes, which are read all at once. */
const contentTable = 'content'
const both = [notesTable, contentTable]

export const imageStoreOf = (userId: string, teamId: string): string => `drover/${userId}/${teamId}/images`

/** Of the files that go with messages, in the same form. */
export const attachmentStoreOf = (userId: string, teamId: string): string => `drover/${userId}/${teamId}/attachments`

export async function openImageStore(
  name: string,
  from: { readonly indexedDb: IDBFactory; readonly createChannel: (name: string) => BroadcastChannel },
): Promise<ImageStore> {
  const opening = from.indexedDb.open(name, 1)
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore(notesTable, { keyPath: 'hash' })
    opening.result.createObjectStore(contentTable)
  }
  const db = await settled(opening)
  const listeners = new Set<() => void>()
  const channel = from.createChannel(name)
  let closed = false
  // Whoever deletes it, such as somebody who left the team in another page, does not wait for this one.
  db.onversionchange = () => db.close()
  const hear = (): void => {
    for (const listener of listeners) listener()
  }
  channel.addEventListener('message', hear)
  function tell(): void {
    if (closed) return
    channel.postMessage('changed')
    hear()
  }

  return {
    async read(hash) {
      const content: unknown = await settled(db.transaction(contentTable).objectStore(contentTable).get(hash))
      return content instanceof Uint8Array && content.buffer instanceof ArrayBuffer
        ? new Uint8Array(content.buffer, content.byteOffset, content.byteLength)
        : undefined
    },
    async put(hash, content, note) {
      await committed(db, both, (tx) => {
        const reading = tx.objectStore(notesTable).get(hash)
        reading.onsuccess = () => {
          tx.objectStore(notesTable).put(note(toNote(reading.result)))
          tx.objectStore(contentTable).put(content, hash)
        }
      })
      tell()
    },
    async change(hash, change) {
      const isNews = await committed<boolean>(db, both, (tx, done) => {
        const reading = tx.objectStore(notesTable).get(hash)
        reading.onsuccess = () => {
          const known = toNote(reading.result)
          const note = known && change(known)
          if (known === undefined || note === known) return
          if (note === undefined) remove(tx, hash)
          else tx.objectStore(notesTable).put(note)
          done(true)
        }
      })
      if (isNews === true) tell()
    },
    async notes() {
      const rows: unknown[] = await settled(db.transaction(notesTable).objectStore(notesTable).getAll())
      return rows.flatMap((row) => toNote(row) ?? [])
    },
    subscribe(onChange) {
      listeners.add(onChange)
      return () => listeners.delete(onChange)
    },
    close() {
      closed = true
      listeners.clear()
      channel.close()
      db.close()
    },
  }
}

function remove(tx: IDBTransaction, hash: BlobHash): void {
  tx.objectStore(notesTable).delete(hash)
  tx.objectStore(contentTable).delete(hash)
}

function toNote(row: unknown): ImageNote | undefined {
  return ImageNote.safeParse(row).data
}
