import { spawn } from 'node:child_process'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import type { Repository } from '#shared/domain/run.ts'
import type { RunId } from '#shared/ids.ts'
import { runMarker } from '../sandbox/sandbox.ts'

export interface HostGit {
  runId: RunId
  env: Readonly<Record<string, string>>
  write: (text: string) => void
  signal: AbortSignal
}

/**
 * Clones a repository into an empty folder with the credentials of the person whose runner this is (SSH agent, git
 * configuration), never with a prompt. Transports that execute commands (`ext::`) are shut off.
 * @returns git's exit code; -1 when git is not installed.
 */
export async function cloneRepository(
  host: HostGit,
  {
    repository,
    into,
    hardLinks,
    detachedAt,
    commit,
  }: {
    repository: Repository
    into: string
    /** Objects of a local repository may be shared; off where the copy changes its owner. */
    hardLinks: boolean
    /** The commit that a folder stands at which is on no branch: git would guess one. */
    detachedAt?: string | undefined
    /** What a run goes on from: the branch is brought to it, where its repository still has it. */
    commit?: string | undefined
  },
): Promise<number> {
  const code = await runHostGit(host, [
    // Its index is read by a git folder of ours, alone.
    '-c',
    'core.splitIndex=false',
    '-c',
    'core.fsmonitor=false',
    'clone',
    '--progress',
    ...(hardLinks ? [] : ['--no-hardlinks']),
    ...(repository.branch === undefined ? [] : ['--branch', repository.branch]),
    '--',
    localPath(repository.url),
    into,
  ])
  if (code === 0 && commit !== undefined) await bringTo(host, into, commit)
  if (code !== 0 || commit !== undefined || detachedAt === undefined || repository.branch !== undefined) return code
  return runHostGit(host, ['-C', into, '-c', 'core.splitIndex=false', 'checkout', '--quiet', '--detach', detachedAt])
}

/** Whatever comes of it the run goes on: what a snapshot changed is then tried on the newer files. */
async function bringTo(host: HostGit, into: string, commit: string): Promise<void> {
  const git = (...args: string[]): Promise<number> =>
    runHostGit({ ...host, write: () => {} }, ['-C', into, '-c', 'core.splitIndex=false', ...args])
  const isThere = (): Promise<boolean> => git('cat-file', '-e', `${commit}^{commit}`).then((code) => code === 0)
  if (!(await isThere())) await git('fetch', '--quiet', 'origin', commit)
  if (!(await isThere())) {
    host.write(`The commit ${commit.slice(0, 12)}, from which the run started, is not in the repository any more.\n`)
    return
  }
  await git('reset', '--quiet', '--hard', commit)
}

export function runHostGit({ runId, env, write, signal }: HostGit, args: readonly string[]): Promise<number> {
  return new Promise((done) => {
    const child = spawn('git', args, {
      env: {
        ...env,
        GIT_TERMINAL_PROMPT: '0',
        GIT_ALLOW_PROTOCOL: 'https:http:ssh:git:file',
        GIT_SSH_COMMAND: env['GIT_SSH_COMMAND'] ?? 'ssh -o BatchMode=yes',
        [runMarker]: runId,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    const kill = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // It is gone.
      }
    }
    if (signal.aborted) kill()
    signal.addEventListener('abort', kill, { once: true })
    for (const stream of [child.stdout, child.stderr]) {
      const decoder = new TextDecoder()
      stream.on('data', (piece: Uint8Array) => write(decoder.decode(piece, { stream: true })))
    }
    child.once('error', () => {
      write('git was not found on this machine. Install git and start the run again.\n')
      done(-1)
    })
    child.once('close', (code) => {
      signal.removeEventListener('abort', kill)
      done(code ?? 130)
    })
  })
}

/** What a person writes for a folder of this machine, as a path. */
export function localPath(url: string): string {
  return url.startsWith('~/') ? resolve(homedir(), url.slice(2)) : url
}
