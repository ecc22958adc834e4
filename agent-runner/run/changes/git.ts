import { spawn } from 'node:child_process'

export interface GitResult {
  code: number
  stdout: string
  stderr: string
  /** More than `maxBytes` came; the rest was left out. */
  cut: boolean
}

/** As `GitResult`, with the output as bytes. */
export interface GitBytes extends Omit<GitResult, 'stdout'> {
  stdout: Buffer
}

export interface GitCall {
  cwd: string
  env: Record<string, string>
  input?: Uint8Array | string | undefined
  /** `latin1` keeps every byte, for what goes back to git. */
  encoding?: 'utf8' | 'latin1'
  maxBytes?: number
  signal?: AbortSignal | undefined
}

/**
 * Runs git on this machine with an own environment: no prompts, no helpers of the person's configuration.
 * For repositories that an agent may have written to, use a git folder of ours (`run/changes`), never theirs.
 * @throws when git can't be started.
 */
export async function runGit(args: readonly string[], { encoding = 'utf8', ...call }: GitCall): Promise<GitResult> {
  const result = await runGitBytes(['git', ...args], call)
  return { ...result, stdout: result.stdout.toString(encoding) }
}

/** Runs a program that answers as git does, such as git below a limit of the system. @throws when it can't be started. */
export function runGitBytes(
  [program = 'git', ...args]: readonly string[],
  { cwd, env, input, maxBytes = 32_000_000, signal }: Omit<GitCall, 'encoding'>,
): Promise<GitBytes> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: 'pipe', ...(signal === undefined ? {} : { signal }) })
    const out: Uint8Array[] = []
    let size = 0
    let cut = false
    let stderr = ''
    child.stdout.on('data', (piece: Uint8Array) => {
      if (size + piece.byteLength > maxBytes) cut = true
      else out.push(piece)
      size += piece.byteLength
    })
    child.stderr.on('data', (piece: Buffer) => {
      stderr = (stderr + piece.toString()).slice(-4000)
    })
    child.stdin.on('error', () => {})
    child.stdin.end(input ?? '')
    child.once('error', reject)
    child.once('close', (code) => {
      resolve({ code: code ?? -1, stdout: Buffer.concat(out), stderr, cut })
    })
  })
}
