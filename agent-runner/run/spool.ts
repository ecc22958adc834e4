import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * The whole of a text that is too long for its entry, in a file of the run's folder until it is uploaded. Written
 * at once and not later, so that the file never lacks what the journal already tells of.
 */
export interface Spool {
  readonly path: string
  write(text: string): void
  /** Bytes left out, because the file reached its limit or the disk is full. */
  lost(): { bytes: number; why: 'limit' | 'disk' }
  close(): void
}

export function spoolPath(folder: string, entryId: string): string {
  return join(folder, entryId)
}

/** @param limit bytes that the file may have. */
export function openSpool(folder: string, entryId: string, limit: number): Spool {
  const path = spoolPath(folder, entryId)
  const file = openFile(folder, path)
  let size = 0
  let lost = 0
  let why: 'limit' | 'disk' = 'disk'
  let open = true
  return {
    path,
    write: (text) => {
      const bytes = Buffer.from(text)
      if (file === undefined || !open || lost > 0) {
        lost += bytes.byteLength
        return
      }
      if (size + bytes.byteLength > limit) {
        why = 'limit'
        lost = bytes.byteLength
        return
      }
      try {
        let written = 0
        while (written < bytes.byteLength) written += writeSync(file, bytes, written)
        size += bytes.byteLength
      } catch {
        lost = bytes.byteLength
      }
    },
    lost: () => ({ bytes: lost, why }),
    close: () => {
      if (open && file !== undefined) closeSync(file)
      open = false
    },
  }
}

/** A full disk refuses a new file as well; then the whole text counts as lost. */
function openFile(folder: string, path: string): number | undefined {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return openSync(path, 'w', 0o600)
  } catch {
    return undefined
  }
}

export async function removeSpool(folder: string, entryId: string): Promise<void> {
  await rm(spoolPath(folder, entryId), { force: true })
}
