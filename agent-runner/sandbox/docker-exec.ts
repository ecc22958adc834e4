import { PassThrough } from 'node:stream'
import type Docker from 'dockerode'
import { messageOf } from '../log.ts'
import { SandboxError, type Exec, type ExecSpec, type Exit } from './sandbox.ts'

const bufferBytes = 256 * 1024
/** The engine knows the exit code a moment after the streams ended. */
const inspectTries = 50
const inspectEveryMs = 20

/**
 * A process in a running container, its streams as frames over one hijacked connection (Engine API, exec/start). A
 * terminal is never asked for: it would echo stdin and join the streams. @throws SandboxError
 */
export async function execInContainer(
  container: Docker.Container,
  { argv, cwd, env = {}, signal }: ExecSpec,
  { onKill }: { onKill: () => void },
): Promise<Exec> {
  try {
    const exec = await container.exec({
      Cmd: [...argv],
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Tty: false,
      Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      ...(cwd === undefined ? {} : { WorkingDir: cwd }),
    })
    const stream = await exec.start({ hijack: true, stdin: true })
    const stdout = new PassThrough({ highWaterMark: bufferBytes })
    const stderr = new PassThrough({ highWaterMark: bufferBytes })
    demux(stream, stdout, stderr)
    const kill = (): void => onKill()
    signal?.addEventListener('abort', kill, { once: true })
    // Writing to a process that is gone shows in its exit.
    stream.on('error', () => {})
    const exited = new Promise<void>((resolve) => {
      stream.once('end', resolve)
      stream.once('close', resolve)
    }).then(async () => {
      stdout.end()
      stderr.end()
      signal?.removeEventListener('abort', kill)
      return exitOf(exec)
    })
    return { stdin: stream, stdout, stderr, exited, kill }
  } catch (error) {
    throw new SandboxError(
      'sandbox_failed',
      `${argv[0] ?? 'A program'} could not be started in the container: ${messageOf(error)}`,
      { cause: error },
    )
  }
}

/**
 * Frames of the Engine API: one byte stream number, three empty, four bytes length, then the payload. The modem's own
 * demuxer writes without heeding back-pressure; here a full reader pauses the connection, and with it the process.
 */
function demux(stream: NodeJS.ReadWriteStream, stdout: PassThrough, stderr: PassThrough): void {
  let held: Buffer = Buffer.alloc(0)
  let target: PassThrough = stdout
  let left = 0

  function take(piece: Buffer): void {
    let rest = held.byteLength === 0 ? piece : Buffer.concat([held, piece])
    held = Buffer.alloc(0)
    let full: PassThrough | undefined
    while (rest.byteLength > 0) {
      if (left === 0) {
        if (rest.byteLength < 8) {
          held = rest
          break
        }
        target = rest[0] === 2 ? stderr : stdout
        left = rest.readUInt32BE(4)
        rest = rest.subarray(8)
        continue
      }
      const part = rest.subarray(0, left)
      left -= part.byteLength
      rest = rest.subarray(part.byteLength)
      if (!target.write(part)) full = target
    }
    if (full === undefined) return
    stream.pause()
    full.once('drain', () => stream.resume())
  }
  stream.on('data', take)
}

export async function exitOf(exec: Docker.Exec): Promise<Exit> {
  for (let attempt = 0; attempt < inspectTries; attempt++) {
    try {
      const { Running, ExitCode } = await exec.inspect()
      if (!Running && ExitCode !== null) return { code: ExitCode, signal: null }
    } catch {
      // The container is gone, and the process with it.
      return { code: null, signal: 'SIGKILL' }
    }
    await new Promise((resolve) => setTimeout(resolve, inspectEveryMs))
  }
  return { code: null, signal: 'SIGKILL' }
}
