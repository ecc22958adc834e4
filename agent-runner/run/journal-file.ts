import { open, readFile, rename, rm, type FileHandle } from 'node:fs/promises'
import { codeOf } from '../log.ts'

/** The file below a journal: append, read back, cut, replace as a whole. Offsets in bytes. */
export interface JournalFile {
  append(bytes: Uint8Array): Promise<void>
  sync(): Promise<void>
  truncate(size: number): Promise<void>
  read(offset: number, length: number): Promise<Uint8Array>
  readAll(): Promise<Uint8Array>
  /** Puts `bytes` in the place of everything; after a crash it is either the old or the new file. */
  replace(bytes: Uint8Array): Promise<void>
  close(): Promise<void>
  remove(): Promise<void>
}

export async function openJournalFile(path: string): Promise<JournalFile> {
  let handle: FileHandle = await open(path, 'a+', 0o600)
  return {
    append: async (bytes) => {
      await handle.appendFile(bytes)
    },
    sync: () => handle.datasync(),
    truncate: (size) => handle.truncate(size),
    read: async (offset, length) => {
      const buffer = new Uint8Array(length)
      let filled = 0
      while (filled < length) {
        const { bytesRead } = await handle.read(buffer, filled, length - filled, offset + filled)
        if (bytesRead === 0) throw new Error(`${path} ends at ${offset + filled}, wanted ${length} bytes at ${offset}`)
        filled += bytesRead
      }
      return buffer
    },
    readAll: () => readFile(path),
    replace: async (bytes) => {
      const temporary = `${path}.new`
      const fresh = await open(temporary, 'w', 0o600)
      try {
        await fresh.writeFile(bytes)
        await fresh.sync()
      } catch (error) {
        await rm(temporary, { force: true })
        throw error
      } finally {
        await fresh.close()
      }
      await rename(temporary, path)
      await handle.close()
      handle = await open(path, 'a+', 0o600)
    },
    close: () => handle.close(),
    remove: async () => {
      await handle.close().catch((error: unknown) => {
        if (codeOf(error) !== 'EBADF') throw error
      })
      await rm(path, { force: true })
    },
  }
}
