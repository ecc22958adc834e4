import { ReadBuffer, serializeMessage } from '@modelcontextprotocol/sdk/shared/stdio.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { Exec, Sandbox } from '../../sandbox/sandbox.ts'
import { endGroup } from '../inside/group.ts'

/** Tells its own number first, as it leads its group. */
const launcher = 'printf "p%s\\n" "$$" >&2; exec "$@"'

/** Speaks to a server that is a program: it runs in the sandbox, as everything does that a repository or a team brings along. */
export function sandboxTransport(
  { command, args, env }: { command: string; args: readonly string[]; env: readonly { name: string; value: string }[] },
  sandbox: Sandbox,
): Transport {
  let exec: Exec | undefined
  let pid: string | undefined

  const transport: Transport = {
    async start() {
      const started = await sandbox.exec({
        argv: ['sh', '-c', launcher, 'drover', command, ...args],
        env: Object.fromEntries(env.map(({ name, value }) => [name, value])),
      })
      exec = started
      const buffer = new ReadBuffer()
      started.stderr.on('data', (piece: Uint8Array) => {
        pid ??= /^p(\d+)\n/.exec(Buffer.from(piece).toString())?.[1]
      })
      started.stderr.on('error', () => {})
      started.stdout.on('error', () => {})
      started.stdout.on('data', (piece: Uint8Array) => {
        buffer.append(Buffer.from(piece))
        try {
          for (let message = buffer.readMessage(); message !== null; message = buffer.readMessage())
            transport.onmessage?.(message)
        } catch (error) {
          transport.onerror?.(error instanceof Error ? error : new Error(String(error)))
        }
      })
      void started.exited.then(() => transport.onclose?.())
    },
    async send(message) {
      exec?.stdin.write(serializeMessage(message))
    },
    async close() {
      exec?.stdin.end()
      if (pid !== undefined) await endGroup(sandbox, pid)
      exec = undefined
    },
  }
  return transport
}
