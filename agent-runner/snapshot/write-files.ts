import { posix } from 'node:path'
import type { NotRestored } from '#shared/domain/snapshot.ts'
import { codeOf } from '../log.ts'
import { shownPath } from '../run/changes/change-list.ts'
import type { ChangeStore } from '../run/changes/change-store.ts'
import { openWorkspaceFile, removeEmptyFolders, UnsafePath, type WorkspaceFile } from '../run/changes/workspace-file.ts'
import { readBlobs, type TreeChange } from './tree-list.ts'

export interface WriteFilesTo {
  /** Folder of this machine. */
  root: string
  /** The same as whoever works in it sees it: what an absolute link may lead to. */
  seenAs: string
  signal?: AbortSignal
}

/** What is read into memory at once. */
const atOnce = 500

/**
 * Makes the changed paths as the newer tree has them, without following any link on the way. What can't be done is named, and the rest goes on: the
 * list comes from somewhere else, so nothing of it is taken on trust.
 */
export async function writeFiles(
  store: ChangeStore,
  changes: readonly TreeChange[],
  { root, seenAs, signal }: WriteFilesTo,
): Promise<NotRestored[]> {
  const failed: NotRestored[] = []
  const attempt = async (path: string, work: () => Promise<string | undefined>): Promise<void> => {
    signal?.throwIfAborted()
    const reason = pathTrouble(path) ?? (await work().catch(reasonFor))
    if (reason !== undefined) failed.push({ path: shownPath(path), reason })
  }
  const removed = changes.filter(({ after, before }) => after === undefined && before?.mode !== '160000')
  for (const { path } of removed) await attempt(path, () => remove(root, path))
  const made = changes.filter(({ after }) => after !== undefined)
  for (let start = 0; start < made.length; start += atOnce) {
    const some = made.slice(start, start + atOnce)
    const ids = [...new Set(some.map(({ after }) => after?.id ?? ''))]
    const contents = await readBlobs(store, ids, signal === undefined ? {} : { signal })
    for (const { path, after } of some) {
      await attempt(path, async () => {
        if (after?.mode === '160000') return 'submodules are fetched by git alone'
        const content = contents.get(after?.id ?? '')
        if (after === undefined || content === undefined) return 'its content is missing'
        if (after.mode === '120000' && leadsOut(path, content, seenAs))
          return 'it is a link that leads out of the folder'
        return put(root, path, { mode: after.mode, content })
      })
    }
  }
  return failed
}

async function put(
  root: string,
  path: string,
  { mode, content }: { mode: string; content: Buffer },
): Promise<undefined> {
  const file = await openWorkspaceFile(root, path, { make: true, temporary })
  try {
    const rights = await file?.rights()
    await file?.put({ mode, content, rights, lasting: false })
  } finally {
    await file?.close()
  }
  return undefined
}

async function remove(root: string, path: string): Promise<undefined> {
  const file: WorkspaceFile | undefined = await openWorkspaceFile(root, path, { make: false, temporary })
  if (file === undefined) return undefined
  try {
    await file.remove()
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  } finally {
    await file.close()
  }
  await removeEmptyFolders(root, path)
  return undefined
}

const temporary = '.drover-restoring'

/** Code points that HFS+ leaves away when it compares names. */
const ignorable = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/gu

/** A path that some file system would take for one of git's own, or that leads out of the folder. */
export function pathTrouble(path: string): string | undefined {
  const bad = 'its path is none that a snapshot may have'
  const text = Buffer.from(path, 'latin1').toString()
  if (path === '' || path.startsWith('/') || path.includes('\0')) return bad
  for (const name of path.split('/')) if (name === '' || name === '.' || name === '..') return bad
  for (const name of text.split(/[/\\]/)) {
    if (name === '..') return bad
    const plain =
      name
        .replaceAll(ignorable, '')
        .toLowerCase()
        .split(':')[0]
        ?.replace(/[. ]+$/, '') ?? ''
    if (plain === '.git' || /^git~\d+$/.test(plain)) return bad
  }
  return undefined
}

/** Whether a link leads out of the folder, as its text says: whoever follows it by accident would change other files. */
export function leadsOut(path: string, target: Buffer, seenAs: string): boolean {
  const text = target.toString('latin1')
  if (text.startsWith('/')) {
    const whole = posix.normalize(text)
    return whole !== seenAs && !whole.startsWith(`${seenAs}/`)
  }
  const whole = posix.normalize(posix.join(posix.dirname(path), text))
  return whole === '..' || whole.startsWith('../') || whole.split('/').some((name) => name.toLowerCase() === '.git')
}

function reasonFor(error: unknown): string {
  if (error instanceof UnsafePath) return 'its folder is a link, or it is none of ours to write'
  const code = codeOf(error) ?? ''
  if (['EISDIR', 'ENOTEMPTY', 'EEXIST'].includes(code)) return 'a folder of this name is here'
  if (['ENOTDIR', 'ELOOP'].includes(code)) return 'its folder is none'
  if (['EACCES', 'EPERM', 'EROFS'].includes(code)) return `it may not be written here (${code})`
  if (['ENOSPC', 'EDQUOT'].includes(code)) return 'the disk is full'
  if (['ENAMETOOLONG', 'EINVAL', 'EILSEQ'].includes(code)) return 'this machine can’t have such a name'
  throw error
}
