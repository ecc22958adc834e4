/** Stands for a runner: opens Drover's agent when the first prompt is to be sent, and tells when it sent one, what it held up and what it takes. */
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { z } from 'zod'
import { HarnessId } from '#shared/domain/harness.ts'
import { RunId } from '#shared/ids.ts'
import { defaultAcpLimits, openAcpSession, type AcpSession } from '#agent-runner/harness/acp-session.ts'
import { openOwnAgent } from '#agent-runner/own-agent/open.ts'
import { createDirectProvider } from '#agent-runner/sandbox/direct.ts'
import { inheritedEnvironment } from '#server/config.ts'
import { clock } from '../lib/figure.ts'

const Command = z.discriminatedUnion('type', [
  z.object({ type: z.literal('prompt'), url: z.string(), token: z.string() }),
  z.object({ type: z.literal('close') }),
])

const folder = await realpath(await mkdtemp(join(tmpdir(), 'drover-bench-agent-')))
const [workspace = '', home = '', tmp = ''] = ['workspace', 'home', 'tmp'].map((name) => join(folder, name))
for (const path of [workspace, home, tmp]) await mkdir(path)
const provider = createDirectProvider({
  path: inheritedEnvironment()['PATH'] ?? '',
  lang: 'C.UTF-8',
  runFolder: () => folder,
})
const runId = RunId.parse('0190a000-0000-7000-8000-0000000000bb')
const sandbox = await provider.start({ runId, workspace, home, tmp, tools: [] })
const heldUp = monitorEventLoopDelay({ resolution: 5 })
let session: AcpSession | undefined

async function open(url: string, token: string): Promise<AcpSession> {
  const way = { api: 'anthropic' as const, baseUrl: url, token }
  return openAcpSession({
    livesHere: true,
    exec: openOwnAgent(sandbox, {
      inside: (path) => path,
      home,
      models: { endpoint: (api) => (api === way.api ? way : undefined), renew: () => {}, close: () => {} },
      config: { harness: HarnessId.parse('drover'), sandbox: 'direct' },
    }),
    cwd: workspace,
    limits: defaultAcpLimits,
    harnessName: 'Drover',
    handlers: {
      onUpdate: () => {},
      onPermission: async () => ({ optionId: 'allow' }),
      onWriteFile: async () => {},
      onReadFile: async () => '',
      onElicitation: async () => undefined,
    },
  })
}

async function handle(message: unknown): Promise<void> {
  const command = Command.parse(message)
  if (command.type === 'close') {
    session?.close()
    await sandbox.dispose()
    await rm(folder, { recursive: true, force: true })
    process.disconnect()
    return
  }
  heldUp.reset()
  heldUp.enable()
  const sentAt = clock()
  session ??= await open(command.url, command.token)
  const before = process.cpuUsage()
  await session.prompt('Go on.')
  const { user, system } = process.cpuUsage(before)
  heldUp.disable()
  process.send?.({
    type: 'done',
    sentAt,
    rss: process.memoryUsage.rss(),
    heldUpMs: heldUp.max / 1e6,
    cpuMs: (user + system) / 1e3,
  })
}

process.on('message', (message) => void handle(message))
process.send?.({ type: 'ready', rss: process.memoryUsage.rss() })
