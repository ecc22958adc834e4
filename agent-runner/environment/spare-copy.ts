import { execFile } from 'node:child_process'
import { chmod, chown, mkdir, readdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { copyArguments, emptyTree, removeTree } from './copy-tree.ts'
import { partsBelow, type SetUpFolders } from './set-up-folders.ts'

const run = promisify(execFile)

const kinds = ['workspace', 'home', 'changes'] as const
const spareName = 'spare'

/**
 * Makes the spare copy of an entry, behind everything else that the machine does: the next run takes it by moving it, which costs the same for a
 * thousand files as for one. @param half a name that is not there yet, on the same disk.
 */
export async function makeSpare(entry: string, half: string, signal: AbortSignal): Promise<void> {
  if ((await readdir(entry)).includes(spareName)) return
  try {
    const [from, into] = [partsBelow(entry), partsBelow(half)]
    await mkdir(half, { mode: 0o700 })
    for (const part of kinds) {
      const [program, ...args] = copyArguments([from[part]], half)
      await run('nice', ['-n', '5', program, ...args], { signal })
      // Else the folder of a run would get what it does not have yet.
      await mkdir(into[part], { recursive: true })
    }
    await rename(half, join(entry, spareName))
  } catch (error) {
    await removeTree(half)
    throw error
  }
}

/**
 * Moves what is in the spare copy into a run's folders, which stay the same folders: a container may have them already.
 * @returns false where there is none, or it can't be moved, as to another disk; the folders are empty then.
 */
export async function takeSpare(entry: string, aside: string, into: SetUpFolders): Promise<boolean> {
  if (!(await putAside(entry, aside))) return false
  const from = partsBelow(aside)
  try {
    for (const part of kinds) {
      for (const name of await readdir(from[part])) await rename(join(from[part], name), join(into[part], name))
      const { mode, uid, gid } = await stat(from[part])
      await chmod(into[part], mode & 0o7777)
      if (process.getuid?.() === 0) await chown(into[part], uid, gid)
    }
    return true
  } catch {
    for (const part of kinds) await emptyTree(into[part])
    return false
  } finally {
    await removeTree(aside)
  }
}

export async function dropSpare(entry: string, aside: string): Promise<void> {
  if (await putAside(entry, aside)) await removeTree(aside)
}

/** Nobody else takes the same. */
async function putAside(entry: string, aside: string): Promise<boolean> {
  return rename(join(entry, spareName), aside).then(
    () => true,
    () => false,
  )
}
