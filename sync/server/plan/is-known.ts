import { snapshot, snapshotContainsUpdate, type Doc } from 'yjs'

/** Whether a document has all of an update; what is none it has not. It costs a look at all that was ever deleted. */
export function isKnown(doc: Doc, update: Uint8Array): boolean {
  try {
    return snapshotContainsUpdate(snapshot(doc), update)
  } catch {
    return false
  }
}
