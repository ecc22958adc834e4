import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from '../log.ts'
import { runGit } from './changes/git.ts'

/** How a file of Git LFS begins where only its pointer is there (git-lfs, docs/spec.md). */
const pointer = 'version https://git-lfs.github.com/spec/v1\n'
const looked = 50

/**
 * A sentence for a fresh clone whose files of Git LFS are pointers instead of their contents; `undefined`: there are none, or they are whole. Nothing of
 * the repository was executed yet, so git may be asked about it there.
 */
export async function lfsNotice(
  clone: string,
  { env, signal }: { env: Readonly<Record<string, string>>; signal: AbortSignal },
): Promise<string | undefined> {
  const call = { cwd: clone, env: { ...env, GIT_TERMINAL_PROMPT: '0' }, signal }
  const listed = await runGit(['ls-files', '-z', '--', ':(attr:filter=lfs)'], { ...call, encoding: 'latin1' })
  const paths = listed.code === 0 ? listed.stdout.split('\0').filter((path) => path !== '') : []
  if (paths.length === 0) return undefined
  let pointers = 0
  for (const path of paths.slice(0, looked)) {
    signal.throwIfAborted()
    if (await isPointer(Buffer.concat([Buffer.from(join(clone, '/')), Buffer.from(path, 'latin1')]))) pointers += 1
  }
  if (pointers === 0) return undefined
  const what = paths.length === 1 ? '1 file' : `${paths.length} files`
  const installed = (await runGit(['lfs', 'version'], call)).code === 0
  const why = installed
    ? 'git-lfs on this machine is not set up (“git lfs install”), or could not fetch them'
    : 'git-lfs is not installed on this machine'
  return `${what} of this repository ${paths.length === 1 ? 'is' : 'are'} kept in Git LFS, and ${why}: the run has pointers in their place, not the contents. Mend that and start the run again, or fetch them with git-lfs in a set-up command.`
}

async function isPointer(path: Buffer): Promise<boolean> {
  const file = await open(path, 'r').catch((error: unknown) => {
    // A sparse or unusual checkout lacks it.
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  })
  if (file === undefined) return false
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(pointer.length), 0, pointer.length, 0)
    return buffer.subarray(0, bytesRead).toString() === pointer
  } finally {
    await file.close()
  }
}
