import type { Sandbox } from '../../sandbox/sandbox.ts'
import { endGroup } from './group.ts'

/** What a small script in the sandbox came to. */
export interface Scripted {
  readonly code: number
  readonly stdout: Buffer
  readonly stderr: string
  /** There was more than `limit` bytes, and the script was ended. */
  readonly isCut: boolean
}

const stderrLimit = 4_000

/**
 * Runs a script of ours with `sh` in the sandbox, as its files are the sandbox's: so a link that leads out of it reaches only what the
 * sandbox can reach. `args` are `$1` and on. @throws the signal's reason, SandboxError
 */
export async function runScript(
  sandbox: Sandbox,
  script: string,
  {
    args = [],
    stdin = '',
    limit = 1_000_000,
    signal,
  }: { args?: readonly string[]; stdin?: string | Uint8Array; limit?: number; signal?: AbortSignal } = {},
): Promise<Scripted> {
  signal?.throwIfAborted()
  const exec = await sandbox.exec({ argv: ['sh', '-c', `printf 'p%s\\n' "$$" >&2\n${script}`, 'drover', ...args] })
  const pid = Promise.withResolvers<string>()
  let errors = ''
  exec.stderr.on('data', (piece: Uint8Array) => {
    if (errors.length < stderrLimit) errors += Buffer.from(piece).toString()
    const known = /^p(\d+)\n/.exec(errors)?.[1]
    if (known !== undefined) pid.resolve(known)
  })
  exec.stderr.on('error', () => {})
  const stop = (): void =>
    void Promise.race([pid.promise, exec.exited.then(() => undefined)]).then((known) =>
      known === undefined ? undefined : endGroup(sandbox, known),
    )
  signal?.addEventListener('abort', stop, { once: true })
  exec.stdin.end(stdin)
  const pieces: Buffer[] = []
  let size = 0
  exec.stdout.on('data', (piece: Uint8Array) => {
    if (size >= limit) return
    pieces.push(Buffer.from(piece))
    size += piece.byteLength
    if (size >= limit) stop()
  })
  exec.stdout.on('error', () => {})
  try {
    const exit = await exec.exited
    signal?.throwIfAborted()
    return {
      code: exit.code ?? 1,
      stdout: Buffer.concat(pieces).subarray(0, limit),
      stderr: errors.replace(/^p\d+\n/, '').trim(),
      isCut: size >= limit,
    }
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}
