import { posix } from 'node:path'
import { SandboxError, type Sandbox } from './sandbox.ts'

/**
 * Files of the workspace, written and read by a process inside the sandbox: so a link that leads out of the workspace
 * reaches only what the sandbox could reach anyway.
 */
export async function writeInside(sandbox: Sandbox, path: string, content: string): Promise<void> {
  const target = inWorkspace(sandbox, path)
  const exec = await sandbox.exec({ argv: ['sh', '-c', 'mkdir -p "$(dirname "$1")" && cat > "$1"', 'sh', target] })
  exec.stdout.resume()
  const stderr = collect(exec.stderr, 2000)
  exec.stdin.end(content)
  const exit = await exec.exited
  if (exit.code !== 0)
    throw new SandboxError('sandbox_failed', `${path} could not be written: ${(await stderr).trim()}`)
}

const readLimit = 4_000_000

export async function readInside(sandbox: Sandbox, path: string): Promise<string> {
  const target = inWorkspace(sandbox, path)
  const exec = await sandbox.exec({ argv: ['cat', '--', target] })
  exec.stdin.end()
  const stderr = collect(exec.stderr, 2000)
  const text = await collect(exec.stdout, readLimit)
  const exit = await exec.exited
  if (exit.code !== 0) throw new SandboxError('sandbox_failed', `${path} could not be read: ${(await stderr).trim()}`)
  return text
}

function inWorkspace(sandbox: Sandbox, path: string): string {
  const target = posix.resolve(sandbox.workspace, path)
  if (!target.startsWith(`${sandbox.workspace}/`)) {
    throw new SandboxError(
      'sandbox_failed',
      `${path} is outside the workspace; only files inside it can be used this way.`,
    )
  }
  return target
}

async function collect(stream: NodeJS.ReadableStream, limit: number): Promise<string> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of stream) {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece
    if (size < limit) pieces.push(bytes)
    size += bytes.byteLength
  }
  return Buffer.concat(pieces).subarray(0, limit).toString()
}
