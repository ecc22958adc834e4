import { randomUUID } from 'node:crypto'
import type Docker from 'dockerode'
import type { TerminalSize } from '#shared/domain/terminal.ts'
import { messageOf } from '../log.ts'
import { execInContainer, exitOf } from './docker-exec.ts'
import { SandboxError, type Pty, type PtySpec } from './sandbox.ts'

/** An engine ends no single process, so this tells its number, which is that of its group as well. */
const launcher = 'printf %s "$$" > "$0"; exec "$@"'
const hangUp = [
  'pid=$(cat "$1") || exit 0',
  'rm -f "$1"; kill -s HUP -- "-$pid" || exit 0',
  'for turn in 1 2 3 4 5; do sleep 0.1; kill -s 0 -- "-$pid" || exit 0; done',
  'kill -s KILL -- "-$pid"',
].join('\n')

/** A process with a terminal in a running container (Engine API, exec with `Tty`: one raw stream). @throws SandboxError */
export async function openContainerPty(
  container: Docker.Container,
  { argv, size, cwd, env = {} }: PtySpec,
): Promise<Pty> {
  const note = `/tmp/.drover-terminal-${randomUUID()}`
  try {
    const exec = await container.exec({
      Cmd: ['sh', '-c', launcher, note, ...argv],
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Tty: true,
      Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      ...(cwd === undefined ? {} : { WorkingDir: cwd }),
    })
    const stream = await exec.start({ hijack: true, stdin: true, Tty: true })
    // Writing to a process that is gone shows in its exit.
    stream.on('error', () => {})
    const resize = ({ cols, rows }: TerminalSize): void =>
      void exec.resize({ w: cols, h: rows }).catch(() => {
        // It has gone, or not yet come; the next size finds it.
      })
    await exec.resize({ w: size.cols, h: size.rows }).catch(() => {})
    let isGone = false
    const exited = new Promise<void>((resolve) => {
      stream.once('end', resolve)
      stream.once('close', resolve)
    }).then(() => {
      isGone = true
      return exitOf(exec)
    })
    return {
      onData: (listener) => void stream.on('data', listener),
      pause: () => void stream.pause(),
      resume: () => void stream.resume(),
      write: (keys) => void (isGone || stream.write(keys)),
      resize: (next) => void (isGone || resize(next)),
      exited,
      kill() {
        stream.resume()
        if (!isGone) void endIt(container, note)
      },
    }
  } catch (error) {
    throw new SandboxError('sandbox_failed', `A terminal could not be opened in the container: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

async function endIt(container: Docker.Container, note: string): Promise<void> {
  try {
    const exec = await execInContainer(container, { argv: ['sh', '-c', hangUp, 'drover', note] }, { onKill: () => {} })
    exec.stdin.end()
    exec.stdout.resume()
    exec.stderr.resume()
    await exec.exited
  } catch {
    // The container is being ended, and the terminal with it.
  }
}
