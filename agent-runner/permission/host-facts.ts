import { execFile } from 'node:child_process'
import { lstat, opendir, realpath } from 'node:fs/promises'
import { posix } from 'node:path'
import { promisify } from 'node:util'
import type { PathKind } from '#shared/permission/lexical-facts.ts'
import type { WorkspacePort } from './gather-facts.ts'
import { gitPrograms } from './git-programs.ts'
import { isWithin } from '#shared/permission/part-folders.ts'

const run = promisify(execFile)
/** Entries that are looked at for one pattern. */
const globCap = 20_000

/**
 * Facts about a workspace on this machine's disk. Links are never followed out of the root. Git runs with nothing
 * that a repository's settings could start: no file-system monitor, no hooks, no transport, no lazy fetch.
 * @param environment what git needs to be found: `PATH`, and `HOME` where there is one.
 */
export function createHostFacts(root: string, environment: Readonly<Record<string, string>>): WorkspacePort {
  async function stat(path: string): ReturnType<WorkspacePort['stat']> {
    const base = await realpath(root)
    const real = await realpath(path).catch(() => undefined)
    const parent = await realpath(posix.dirname(path)).catch(() => undefined)
    const kind = await kindOf(path)
    const entry = path === posix.resolve(root) ? base : parent && posix.join(parent, posix.basename(path))
    return {
      kind,
      outside: entry !== undefined && !isWithin(base, entry),
      leadsOutside: real !== undefined && !isWithin(base, real),
    }
  }

  async function listFiles(path: string, cap: number, signal: AbortSignal): ReturnType<WorkspacePort['listFiles']> {
    const kind = await kindOf(path)
    if (kind === 'missing') return { files: [], more: false }
    if (kind !== 'folder') return { files: [path], more: false }
    const files: string[] = []
    const folders = [path]
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      signal.throwIfAborted()
      for await (const entry of await opendir(folder)) {
        signal.throwIfAborted()
        const child = posix.join(folder, entry.name)
        if (entry.isDirectory()) folders.push(child)
        else if (files.length >= cap) return { files, more: true }
        else files.push(child)
      }
    }
    return { files, more: false }
  }

  async function globLeadsOutside(
    folder: string,
    segments: readonly string[],
    signal: AbortSignal,
  ): ReturnType<WorkspacePort['globLeadsOutside']> {
    const base = await realpath(root)
    const start = await realpath(folder).catch(() => undefined)
    if (start === undefined) return false
    if (!isWithin(base, start)) return true
    let looked = 0
    let level = [start]
    for (const segment of segments) {
      const matches = matcherOf(segment)
      const next: string[] = []
      for (const parent of level) {
        for await (const entry of await opendir(parent)) {
          signal.throwIfAborted()
          if (++looked > globCap) throw new Error('too many files to look at')
          if (!matches(entry.name)) continue
          const child = posix.join(parent, entry.name)
          const real = entry.isSymbolicLink() ? await realpath(child).catch(() => undefined) : child
          if (real === undefined) continue
          if (!isWithin(base, real)) return true
          if (entry.isDirectory() || (entry.isSymbolicLink() && (await kindOf(real)) === 'folder')) next.push(real)
        }
      }
      level = next
    }
    return false
  }

  async function trackedFiles(path: string, signal: AbortSignal): ReturnType<WorkspacePort['trackedFiles']> {
    const folder = (await kindOf(path)) === 'folder' ? path : posix.dirname(path)
    const options = {
      cwd: folder,
      signal,
      maxBuffer: 16 * 1024 * 1024,
      env: {
        ...environment,
        LC_ALL: 'C',
        GIT_OPTIONAL_LOCKS: '0',
        GIT_TERMINAL_PROMPT: '0',
        GIT_ALLOW_PROTOCOL: 'none',
        GIT_NO_LAZY_FETCH: '1',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_CEILING_DIRECTORIES: posix.dirname(posix.resolve(root)),
      },
    }
    const safe = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '-c', 'safe.directory=*']
    const inside = folder === path ? '.' : posix.basename(path)
    const list = [...safe, '--literal-pathspecs', 'ls-files', '-z', '--cached', '--', inside]
    try {
      const { stdout } = await run('git', list, options)
      return stdout.split('\0').flatMap((name) => (name === '' ? [] : posix.join(folder, name)))
    } catch (error) {
      if (error instanceof Error && 'stderr' in error && /not a git repository/.test(String(error.stderr))) return null
      throw error
    }
  }

  return {
    stat,
    listFiles,
    globLeadsOutside,
    trackedFiles,
    gitPrograms: (path, signal) => gitPrograms(path, environment, signal),
  }
}

/** Shells differ in whether a pattern matches a name with a dot in front: here it does. */
function matcherOf(segment: string): (name: string) => boolean {
  if (!/^[\w.*?-]*$/.test(segment)) return () => true
  const pattern = segment.replaceAll('.', '\\.').replaceAll('?', '.').replaceAll(/\*+/g, '.*')
  const expression = new RegExp(`^${pattern}$`, 'su')
  return (name) => expression.test(name)
}

async function kindOf(path: string): Promise<PathKind> {
  try {
    const found = await lstat(path)
    if (found.isSymbolicLink()) return 'link'
    if (found.isDirectory()) return 'folder'
    return found.isFile() ? 'file' : 'other'
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return 'missing'
    throw error
  }
}
