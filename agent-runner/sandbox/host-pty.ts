import { messageOf } from '../log.ts'
import { SandboxError, type Exit, type Pty, type PtySpec } from './sandbox.ts'

/** What has not gone by the hang-up is ended after this. */
const hangUpMs = 500

/** A terminal of this machine, by node-pty. Loaded with the first one: its addon is built for each platform. @throws SandboxError */
export async function openHostPty({
  argv: [program = 'sh', ...args],
  size,
  cwd,
  env,
}: PtySpec & { cwd: string; env: Readonly<Record<string, string>> }): Promise<Pty & { readonly pid: number }> {
  const { spawn } = await import('@lydell/node-pty').catch((error: unknown) => {
    const text = `Terminals do not work on this machine (${process.platform} ${process.arch}): ${messageOf(error)}`
    throw new SandboxError('sandbox_failed', text, { cause: error })
  })
  const child = start()
  // Bytes, whatever the declaration says: `encoding: null` is how node-pty is told so.
  const listeners: ((piece: Uint8Array) => void)[] = []
  let isGone = false
  const exited = new Promise<Exit>((resolve) => {
    child.onExit(({ exitCode, signal }) => {
      isGone = true
      resolve(
        signal === undefined || signal === 0 ? { code: exitCode, signal: null } : { code: null, signal: `${signal}` },
      )
    })
  })
  child.onData((piece: string | Uint8Array) => {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece
    for (const listener of listeners) listener(bytes)
  })

  function start(): ReturnType<typeof spawn> {
    try {
      return spawn(program, args, { name: 'xterm-256color', ...size, cwd, env: { ...env }, encoding: null })
    } catch (error) {
      throw new SandboxError('sandbox_failed', `${program} could not be started: ${messageOf(error)}`, { cause: error })
    }
  }

  /** The addon throws for a terminal that is gone, which shows in its end. */
  function quietly(act: () => void): void {
    if (isGone) return
    try {
      act()
    } catch {
      // Gone already.
    }
  }

  return {
    pid: child.pid,
    onData: (listener) => void listeners.push(listener),
    pause: () => quietly(() => child.pause()),
    resume: () => quietly(() => child.resume()),
    write: (keys) => quietly(() => child.write(keys)),
    resize: ({ cols, rows }) => quietly(() => child.resize(cols, rows)),
    exited,
    kill() {
      quietly(() => {
        child.resume()
        child.kill('SIGHUP')
      })
      const timer = setTimeout(() => quietly(() => process.kill(-child.pid, 'SIGKILL')), hangUpMs)
      void exited.then(() => clearTimeout(timer))
    },
  }
}
