/** The runner's model proxy in a process of its own, with a way from a bridge as containers have it. Over IPC it tells both addresses. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { z } from 'zod'
import { silentLog } from '#agent-runner/log.ts'
import { createModelGateway } from '#agent-runner/models/gateway.ts'
import { createBridge, toLoopback } from '#agent-runner/sandbox/bridge.ts'
import { waysHere } from '#agent-runner/sandbox/own-files.ts'
import { RunSecret } from '#shared/domain/secret.ts'
import { RunId } from '#shared/ids.ts'

const { PROVIDER } = z.object({ PROVIDER: z.url() }).parse(process.env)
const value = JSON.stringify({ api: 'openai', baseUrl: PROVIDER, key: 'sk-the-real-key' })
const secrets = [RunSecret.parse({ name: 'MODELS', kind: 'model_endpoint', value })]
const runId = RunId.parse(crypto.randomUUID())
const gateway = createModelGateway({ hostEnv: {}, log: silentLog })
const bridge = createBridge({
  start: async () => {
    const { command, args } = waysHere.ownProgram('main.ts')
    const child = spawn(command, args, { stdio: 'pipe' })
    const { stdin, stdout, stderr } = child
    const ended = Promise.withResolvers<{ code: null; signal: null }>()
    stdout.once('close', () => ended.resolve({ code: null, signal: null }))
    return { stdin, stdout, stderr, exited: ended.promise, kill: () => child.kill() }
  },
  onTrouble: (sentence) => process.stderr.write(`${sentence}\n`),
})
const open = async (sandbox: { reach: (port: number) => Promise<number> }): Promise<unknown> =>
  (await gateway.open({ runId, sandbox, secrets, onUsage: () => {} })).endpoint('openai')

process.send?.({
  direct: await open(waysHere),
  bridged: await open({ reach: (port) => bridge.open(toLoopback(port)) }),
})
await once(process, 'disconnect')
process.exit(0)
