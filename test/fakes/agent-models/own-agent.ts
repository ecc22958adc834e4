import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HarnessId } from '#shared/domain/harness.ts'
import type { RunConfig } from '#shared/domain/run.ts'
import { RunId } from '#shared/ids.ts'
import { defaultAcpLimits, openAcpSession, type AcpSession } from '#agent-runner/harness/acp-session.ts'
import type { PermissionParams } from '#agent-runner/harness/acp-shapes.ts'
import type { ModelEndpoint, RunModels } from '#agent-runner/models/endpoints.ts'
import { modelTimes } from '#agent-runner/own-agent/model/times.ts'
import { openOwnAgent } from '#agent-runner/own-agent/open.ts'
import type { McpServerOffer } from '#agent-runner/plan-tools/mcp-host.ts'
import { createDirectProvider } from '#agent-runner/sandbox/direct.ts'
import { findRunProcesses } from '#agent-runner/sandbox/process-tree.ts'
import type { Sandbox } from '#agent-runner/sandbox/sandbox.ts'
import { agentModelKey, startAgentModels, type AgentModels } from './server.ts'

type Answer = { optionId: string; message?: string } | undefined
type Update = Record<string, unknown> & { sessionUpdate: string }

/** The real agent in a real direct sandbox, on models of a script, with a client that keeps what it is told. */
export interface OwnAgentBench {
  readonly sandbox: Sandbox
  readonly models: AgentModels
  readonly updates: Update[]
  readonly asked: PermissionParams[]
  /** Questions on how to go on. */
  readonly forms: string[]
  /** Answers every question for permission; allows unless told otherwise. */
  onAsk(answer: (request: PermissionParams) => Answer | Promise<Answer>): void
  /** Answers every question on how to go on; declines unless told otherwise. */
  onForm(choice: string): void
  open(options?: OpenOptions): Promise<AcpSession>
  /** All text of these updates, joined. */
  said(kind?: string): string
  tools(): Record<string, unknown>[]
  notices(): string[]
  usage(): Record<string, unknown> | undefined
  /** What runs in the sandbox. */
  processes(): ReturnType<typeof findRunProcesses>
  close(): Promise<void>
}

export interface OpenOptions {
  config?: Partial<RunConfig>
  ways?: readonly ModelEndpoint[]
  resume?: string
  servers?: readonly McpServerOffer[]
  steps?: number
  times?: Partial<typeof modelTimes>
}

export async function openOwnAgentBench(): Promise<OwnAgentBench> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'drover-own-agent-')))
  const [workspace = '', home = '', tmp = ''] = await Promise.all(
    ['workspace', 'home', 'tmp'].map(async (name) => {
      await mkdir(join(folder, name))
      return join(folder, name)
    }),
  )
  const provider = createDirectProvider({ path: process.env['PATH'] ?? '', lang: 'C.UTF-8', runFolder: () => folder })
  const runId = RunId.parse('0190a000-0000-7000-8000-0000000000aa')
  const sandbox = await provider.start({ runId, workspace, home, tmp, tools: [] })
  const models = await startAgentModels()
  const updates: Update[] = []
  const asked: PermissionParams[] = []
  const forms: string[] = []
  const sessions: AcpSession[] = []
  let answer: (request: PermissionParams) => Answer | Promise<Answer> = () => ({ optionId: 'allow' })
  let choice: string | undefined

  async function open({ config, ways, resume, servers = [], steps, times }: OpenOptions = {}): Promise<AcpSession> {
    const all = ways ?? allWays(models.url)
    const runModels: RunModels = {
      endpoint: (api) => all.find((one) => one.api === api),
      all: () => all,
      renew: () => {},
      close: () => {},
    }
    const exec = openOwnAgent(
      sandbox,
      {
        inside: (path) => path,
        home: sandbox.home,
        models: runModels,
        config: { harness: HarnessId.parse('drover'), sandbox: 'direct', ...config },
      },
      {
        times: { ...modelTimes, firstBackoffMs: 1, mostBackoffMs: 2, ...times },
        random: () => 0.5,
        ...(steps === undefined ? {} : { limits: { steps } }),
      },
    )
    const session = await openAcpSession({
      exec,
      livesHere: true,
      cwd: sandbox.workspace,
      limits: defaultAcpLimits,
      harnessName: 'Drover',
      resume,
      tools: () => servers,
      handlers: {
        onUpdate: (params) => {
          updates.push((params as { update: Update }).update)
        },
        onPermission: async (params) => {
          asked.push(params)
          return answer(params)
        },
        onWriteFile: async () => {},
        onReadFile: async () => '',
        onElicitation: async (params) => {
          forms.push(String((params as Record<string, unknown>)['message']))
          return choice === undefined ? undefined : { choice }
        },
      },
    })
    sessions.push(session)
    return session
  }

  return {
    sandbox,
    models,
    updates,
    asked,
    forms,
    onAsk: (next) => {
      answer = next
    },
    onForm: (next) => {
      choice = next
    },
    open,
    said: (kind = 'agent_message_chunk') =>
      updates
        .filter(({ sessionUpdate }) => sessionUpdate === kind)
        .map((update) => (update['content'] as { text: string }).text)
        .join(''),
    tools: () => {
      const calls = new Map<unknown, Record<string, unknown>>()
      for (const update of updates)
        if (update.sessionUpdate.startsWith('tool_call'))
          calls.set(update['toolCallId'], { ...calls.get(update['toolCallId']), ...update })
      return [...calls.values()]
    },
    notices: () =>
      updates.filter(({ sessionUpdate }) => sessionUpdate === 'notice').map((update) => String(update['message'])),
    usage: () => updates.findLast(({ sessionUpdate }) => sessionUpdate === 'usage_update'),
    processes: () => findRunProcesses(runId, folder),
    close: async () => {
      for (const session of sessions) session.close()
      await models.close()
      await sandbox.dispose()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A key for each provider. */
export function allWays(url: string): ModelEndpoint[] {
  return [
    { api: 'anthropic', baseUrl: url, token: agentModelKey },
    { api: 'openai', baseUrl: `${url}/v1`, token: agentModelKey },
    { api: 'google', baseUrl: url, token: agentModelKey },
    { api: 'bedrock', baseUrl: url, token: agentModelKey, region: 'eu-central-1' },
  ]
}

/** A server of one's own that speaks Chat Completions. */
export function ownWay(url: string, models: readonly { id: string; context?: number }[] = []): ModelEndpoint {
  return { api: 'openai', baseUrl: `${url}/v1`, token: agentModelKey, own: { name: 'OLLAMA', models } }
}
