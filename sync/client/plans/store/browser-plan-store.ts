import type { PlanId } from '#shared/ids.ts'
import { committed, settled } from '../../indexed-db.ts'
import { asOne, isStored, PlanNote, withChanges } from './plan-note.ts'
import type { PlanStore } from './plan-store.ts'

const notesTable = 'notes'
/** Rows `{ planId, n, change }`, by plan and place. */
const changesTable = 'changes'
const both = [notesTable, changesTable]

export const planStoreOf = (userId: string, teamId: string): string => `drover/${userId}/${teamId}/plans`

/** In one database for all plans of a person and team; a write resolves when the database has committed it. */
export async function openPlanStore(
  name: string,
  from: { readonly indexedDb: IDBFactory; readonly createChannel: (name: string) => BroadcastChannel },
): Promise<PlanStore> {
  const opening = from.indexedDb.open(name, 1)
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore(notesTable, { keyPath: 'planId' })
    opening.result.createObjectStore(changesTable, { keyPath: ['planId', 'n'] })
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

  function tell(isNews: boolean | undefined): void {
    if (closed || isNews !== true) return
    channel.postMessage('changed')
    hear()
  }

  return {
    async read(planId, after = 0) {
      const tx = db.transaction(both)
      const reading = settled(tx.objectStore(changesTable).getAll(changesOf(planId, after)))
      const [note, rows] = [toNote(await settled(tx.objectStore(notesTable).get(planId))), await reading]
      return note === undefined ? undefined : { note, changes: toChanges(rows) }
    },
    async append(planId, changes, change) {
      const outcome = await committed<{ isNews: boolean }>(db, both, (tx, done) => {
        const reading = tx.objectStore(notesTable).get(planId)
        reading.onsuccess = () => {
          const known = toNote(reading.result)
          if (known === undefined) return
          changes.forEach((one, index) =>
            tx.objectStore(changesTable).put({ planId, n: known.last + 1 + index, change: one }),
          )
          const note = change(withChanges(known, changes))
          tx.objectStore(notesTable).put(note)
          done({ isNews: isStored(note) !== isStored(known) })
        }
      })
      tell(outcome?.isNews)
      return outcome !== undefined
    },
    async change(planId, change) {
      const isNews = await committed<boolean>(db, both, (tx, done) => {
        const reading = tx.objectStore(notesTable).get(planId)
        reading.onsuccess = () => {
          const known = toNote(reading.result)
          const note = change(known)
          if (note === known) return
          if (note !== undefined) tx.objectStore(notesTable).put(note)
          else {
            tx.objectStore(notesTable).delete(planId)
            tx.objectStore(changesTable).delete(changesOf(planId, 0))
          }
          done(true)
        }
      })
      tell(isNews)
    },
    async compact(planId, most, merge) {
      await committed(db, both, (tx) => {
        const reading = tx.objectStore(notesTable).get(planId)
        reading.onsuccess = () => {
          const known = toNote(reading.result)
          if (known === undefined || known.count <= most) return
          const changes = tx.objectStore(changesTable)
          const all = changes.getAll(changesOf(planId, 0))
          all.onsuccess = () => {
            const whole = merge(toChanges(all.result))
            const note = asOne(known, whole)
            changes.delete(changesOf(planId, 0))
            changes.put({ planId, n: note.last, change: whole })
            tx.objectStore(notesTable).put(note)
          }
        }
      })
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

/** An array sorts behind every number. */
function changesOf(planId: PlanId, after: number): IDBKeyRange {
  return IDBKeyRange.bound([planId, after], [planId, []], true)
}

function toNote(row: unknown): PlanNote | undefined {
  return PlanNote.safeParse(row).data
}

function toChanges(rows: readonly unknown[]): readonly Uint8Array[] {
  return rows.flatMap((row) =>
    typeof row === 'object' && row !== null && 'change' in row && row.change instanceof Uint8Array ? [row.change] : [],
  )
}
