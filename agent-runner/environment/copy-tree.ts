import { execFile } from 'node:child_process'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { codeOf } from '../log.ts'

const run = promisify(execFile)

/**
 * Copies trees as they are: modes, times, owners, links, with hard links among them kept and none to the originals, so that nothing that is
 * written to one shows in the other. File systems that can share blocks until then do.
 */
export async function copyTrees(from: readonly string[], into: string, signal?: AbortSignal): Promise<void> {
  const [program, ...args] = copyArguments(from, into)
  await run(program, args, signal === undefined ? {} : { signal })
}

/** The command that does it. */
export function copyArguments(from: readonly string[], into: string): [program: string, ...args: string[]] {
  const flags = process.platform === 'darwin' ? ['-a', '-c'] : ['-a', '--reflink=auto']
  return ['cp', ...flags, '--', ...from, `${into}/`]
}

/** Bytes on the disk. */
export async function treeBytes(folder: string): Promise<number> {
  const { stdout } = await run('du', ['-sk', '--', folder])
  return Number(stdout.split('\t')[0]) * 1024
}

/** The same of a tree in which something is at work: files that went while it was looked at are no trouble. */
export async function treeBytesAtWork(folder: string): Promise<number> {
  const { stdout } = await run('du', ['-sk', '--', folder], { maxBuffer: 50_000_000 }).catch((error: unknown) => {
    if (typeof error === 'object' && error !== null && 'stdout' in error && typeof error.stdout === 'string')
      return { stdout: error.stdout }
    throw error
  })
  return Number(stdout.split('\t')[0]) * 1024
}

/** Also where a tool has taken its own right to write, as Go does in its module cache. */
export async function removeTree(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true })
  } catch (error) {
    const code = codeOf(error)
    if (code !== 'EACCES' && code !== 'EPERM') throw error
    await run('chmod', ['-R', 'u+rwX', '--', folder])
    await rm(folder, { recursive: true, force: true })
  }
}

export async function emptyTree(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await removeTree(join(folder, name))
}

/** Files below the folders in which one of the texts stands, at most two of them; logs, caches and what git keeps are left aside. */
export async function filesNaming(texts: readonly string[], folders: readonly string[]): Promise<string[]> {
  const aside = ['.git', '_logs', '_cacache', '.cache'].map((name) => `--exclude-dir=${name}`)
  const words = texts.flatMap((text) => ['-e', text])
  const found = await run('grep', ['-rlaFs', ...aside, '--exclude=*.log', ...words, '--', ...folders], {
    maxBuffer: 4_000_000,
  }).catch((error: unknown) => {
    // It ends with 1 where it found nothing, with 2 where it could not read something.
    if (typeof error === 'object' && error !== null && 'stdout' in error && typeof error.stdout === 'string')
      return { stdout: error.stdout }
    throw error
  })
  return found.stdout
    .split('\n')
    .filter((line) => line !== '')
    .slice(0, 2)
}
