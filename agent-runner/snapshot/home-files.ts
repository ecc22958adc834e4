import { carriedFileBytes, type NotRestored, type SnapshotFile } from '#shared/domain/snapshot.ts'
import { openWorkspaceFile } from '../run/changes/workspace-file.ts'
import { getContent, type CarriedFile, type GetPiece } from './content.ts'
import { pathTrouble } from './write-files.ts'

/** Files of a run's home folder, in which a harness keeps its conversation. Read and written without following a link. */
export async function takeHomeFiles(home: string, names: readonly string[]): Promise<CarriedFile[] | undefined> {
  const files: CarriedFile[] = []
  for (const path of names) {
    const file = await openWorkspaceFile(home, latin(path), { make: false, temporary }).catch(() => undefined)
    const state = await file?.read().catch(() => undefined)
    await file?.close()
    if (state === undefined || state.mode === '120000' || state.content.byteLength > carriedFileBytes) return undefined
    files.push({ path, content: state.content })
  }
  return files
}

/** @param names where each file belongs here, in the order of `files`. */
export async function bringHomeFiles(
  home: string,
  { files, names }: { files: readonly SnapshotFile[]; names: readonly string[] },
  get: GetPiece,
): Promise<NotRestored[]> {
  const failed: NotRestored[] = []
  for (const [index, { content }] of files.entries()) {
    const path = names[index]
    if (path === undefined || pathTrouble(latin(path)) !== undefined) continue
    try {
      const bytes = await getContent(content, get, carriedFileBytes)
      const file = await openWorkspaceFile(home, latin(path), { make: true, temporary })
      try {
        await file?.put({ mode: '100644', content: bytes, rights: 0o600 })
      } finally {
        await file?.close()
      }
    } catch (error) {
      failed.push({ path, reason: error instanceof Error ? error.message.slice(0, 200) : String(error) })
    }
  }
  return failed
}

const temporary = '.drover-restoring'

function latin(path: string): string {
  return Buffer.from(path).toString('latin1')
}
