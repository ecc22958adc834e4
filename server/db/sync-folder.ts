import { open } from 'node:fs/promises'

/** Makes the names in a folder (a rename, a new file) survive a power cut, as `fsync` on a file does for its content. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
