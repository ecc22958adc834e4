import { carriedFileBytes } from '#shared/domain/snapshot.ts'
import { messageOf } from '../log.ts'
import { openWorkspaceFile } from '../run/changes/workspace-file.ts'
import type { CarriedFile } from './content.ts'
import { pathTrouble } from './write-files.ts'

/** Files of a home folder, in which a harness keeps its conversation. Read and written without following a link. */

/** @returns `undefined` where it is not there, is none, or is too large to be carried. */
export async function takeHomeFile(home: string, path: string): Promise<CarriedFile | undefined> {
  const file = await openWorkspaceFile(home, latin(path), { make: false, temporary }).catch(() => undefined)
  const state = await file?.read().catch(() => undefined)
  await file?.close()
  if (state === undefined || state.mode === '120000' || state.content.byteLength > carriedFileBytes) return undefined
  return { path, content: state.content }
}

/** @returns why it could not be written. */
export async function bringHomeFile(home: string, path: string, content: Buffer): Promise<string | undefined> {
  const trouble = pathTrouble(latin(path))
  if (trouble !== undefined) return trouble
  try {
    const file = await openWorkspaceFile(home, latin(path), { make: true, temporary })
    try {
      await file?.put({ mode: '100644', content, rights: 0o600 })
    } finally {
      await file?.close()
    }
    return undefined
  } catch (error) {
    return messageOf(error).slice(0, 200)
  }
}

export async function removeHomeFile(home: string, path: string): Promise<void> {
  const file = await openWorkspaceFile(home, latin(path), { make: false, temporary }).catch(() => undefined)
  await file?.remove().catch(() => {})
  await file?.close()
}

const temporary = '.drover-restoring'

function latin(path: string): string {
  return Buffer.from(path).toString('latin1')
}
