import { spawn } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import type { Repository } from '#shared/domain/run.ts'
import type { RunId } from '#shared/ids.ts'
import { runMarker } from '../sandbox/sandbox.ts'

/**
 * Clones a repository into an empty folder with the credentials of the person whose runner this is (SSH agent, git
 * configuration), never with a prompt. Transports that execute commands (`ext::`) are shut off.
 * @returns git's exit code; -1 when git is not installed.
 */
export function cloneRepository({
  runId,
  repository,
  into,
  env,
  hardLinks,
  write,
  signal,
}: {
  runId: RunId
  repository: Repository
  into: string
  env: Readonly<Record<string, string>>
  /** Objects of a local repository may be shared; off where the copy changes its owner. */
  hardLinks: boolean
  write: (text: string) => void
  signal: AbortSignal
}): Promise<number> {
  const args = [
    'clone',
    '--progress',
    ...(hardLinks ? [] : ['--no-hardlinks']),
    ...(repository.branch === undefined ? [] : ['--branch', repository.branch]),
  ]
  return new Promise((done) => {
    const child = spawn('git', [...args, '--', expandHome(repository.url), into], {
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

function expandHome(url: string): string {
  return url.startsWith('~/') ? resolve(homedir(), url.slice(2)) : url
}

export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}
