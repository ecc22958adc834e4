import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname } from 'node:path'
import { runGit, runGitBytes, type GitBytes, type GitCall, type GitResult } from './git.ts'

/**
 * A git folder of ours beside the workspace. It shares nothing with the repository in there: no configuration, no hooks,
 * no attributes, no object, since all of them are the agent's to write, and git executes or believes them.
 */
export interface ChangeStore {
  /** Makes the git folder, empty. */
  init(format: ObjectFormat, signal?: AbortSignal): Promise<void>
  /** Over trees and index; looks at no work tree. @throws when it can't be started. */
  git(args: readonly string[], call?: StoreCall): Promise<GitResult>
  /** The same, with its output as bytes. `limited`: over what a stranger made, so it gets no more memory and disk than that may take. */
  bytes(args: readonly string[], call?: StoreCall & { limited?: boolean }): Promise<GitBytes>
  /** The output. @throws when git fails. */
  must(args: readonly string[], call?: StoreCall): Promise<string>
  /** An id of no object, as long as this store's are. */
  noId(): Promise<string>
  /** Stores contents one by one. */
  writeBlobs(signal?: AbortSignal): BlobWriter
}

export type ObjectFormat = 'sha1' | 'sha256'

export interface StoreCall extends Partial<Pick<GitCall, 'input' | 'encoding' | 'maxBytes' | 'signal'>> {
  /** A folder that git looks at as its work tree. */
  workTree?: string
  /** More of git's variables. */
  variables?: Readonly<Record<string, string>>
}

export interface BlobWriter {
  write(content: Uint8Array): Promise<void>
  /** The ids of all that was written, in order. @throws when git could not store them. */
  end(): Promise<string[]>
}

const settings = [
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'core.attributesFile=/dev/null',
  'core.excludesFile=/dev/null',
  'core.untrackedCache=false',
  'core.quotePath=false',
  // Names that only other systems can't have.
  'core.protectNTFS=false',
  'core.protectHFS=false',
  'safe.directory=*',
].flatMap((setting) => ['-c', setting])

/** Its windows on packs, which count as memory. */
const narrow = ['-c', 'core.packedGitLimit=512m', '-c', 'core.packedGitWindowSize=32m']
/** 2 GB of memory, 1 GB for one file. A system that can't limit one of them goes without. */
const limits = 'ulimit -v 2000000 2>/dev/null; ulimit -f 2000000 2>/dev/null; exec "$0" "$@"'

export function createChangeStore({ gitFolder, path }: { gitFolder: string; path: string }): ChangeStore {
  function environment({ workTree, variables }: StoreCall): Record<string, string> {
    return {
      PATH: path,
      LANG: 'C',
      GIT_DIR: gitFolder,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_ATTR_NOSYSTEM: '1',
      GIT_NO_REPLACE_OBJECTS: '1',
      GIT_OPTIONAL_LOCKS: '0',
      ...(workTree === undefined ? {} : { GIT_WORK_TREE: workTree }),
      ...variables,
    }
  }

  function git(args: readonly string[], call: StoreCall = {}): Promise<GitResult> {
    const { workTree, variables: _, ...rest } = call
    return runGit([...settings, ...args], { ...rest, cwd: workTree ?? gitFolder, env: environment(call) })
  }

  function bytes(
    args: readonly string[],
    { limited = false, ...call }: StoreCall & { limited?: boolean } = {},
  ): Promise<GitBytes> {
    const { workTree, variables: _, encoding: _encoding, ...rest } = call
    const whole = ['git', ...settings, ...(limited ? narrow : []), ...args]
    const under = limited ? ['sh', '-c', limits, ...whole] : whole
    return runGitBytes(under, { ...rest, cwd: workTree ?? gitFolder, env: environment(call) })
  }

  async function must(args: readonly string[], call?: StoreCall): Promise<string> {
    const result = await git(args, call)
    if (result.code !== 0) throw new Error(`git ${args[0]} failed: ${result.stderr.trim()}`)
    return result.stdout
  }

  /** As `git fast-import` takes them: contents alone, so that no name can be in the way and no filter is asked. */
  function writeBlobs(signal?: AbortSignal): BlobWriter {
    const child = spawn('git', [...settings, 'fast-import', '--quiet', '--done'], {
      cwd: gitFolder,
      env: environment({}),
      stdio: 'pipe',
      ...(signal === undefined ? {} : { signal }),
    })
    let ids = ''
    let stderr = ''
    let count = 0
    child.stdout.on('data', (piece: Buffer) => {
      ids += piece.toString('latin1')
    })
    child.stderr.on('data', (piece: Buffer) => {
      stderr = (stderr + piece.toString()).slice(-4000)
    })
    // Writing to a process that is gone shows in its exit.
    child.stdin.on('error', () => {})
    const exited = new Promise<void>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => {
        if (code === 0) resolve()
        else reject(new Error(`git fast-import failed: ${stderr.trim()}`))
      })
    })
    exited.catch(() => {})
    return {
      write: async (content) => {
        count += 1
        child.stdin.write(`blob\nmark :${count}\ndata ${content.byteLength}\n`)
        child.stdin.write(content)
        if (!child.stdin.write(`\nget-mark :${count}\n`)) await Promise.race([once(child.stdin, 'drain'), exited])
      },
      end: async () => {
        child.stdin.end('done\n')
        await exited
        return ids.trim() === '' ? [] : ids.trim().split('\n')
      },
    }
  }

  async function init(format: ObjectFormat, signal?: AbortSignal): Promise<void> {
    await runGit(['init', '--quiet', '--bare', '--template=', `--object-format=${format}`, gitFolder], {
      cwd: dirname(gitFolder),
      env: { PATH: path, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
      ...(signal === undefined ? {} : { signal }),
    })
  }

  let noId: string | undefined
  return {
    init,
    git,
    bytes,
    must,
    noId: async () => {
      noId ??= (await must(['hash-object', '--stdin'])).trim().replaceAll(/./g, '0')
      return noId
    },
    writeBlobs,
  }
}
