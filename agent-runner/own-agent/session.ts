import type { SessionConfigOption, SessionModeState } from '@agentclientprotocol/sdk'
import type { UserContent } from 'ai'
import { ModelEffort } from '#shared/domain/harness.ts'
import type { HarnessContext } from '../harness/declaration.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { createModelAsker } from './model/ask.ts'
import type { ModelTimes } from './model/times.ts'
import { firstChoice } from './models/catalogue.ts'
import { chooseModels, waysOf } from './models/choose.ts'
import { configOptions, modelOption, effortOption } from './models/config-options.ts'
import { createOwnModels } from './models/own-models.ts'
import { ownTools } from './tools/all.ts'
import { createTurns } from './tools/in-turn.ts'
import { openMcpTools, type McpServer, type McpTools } from './tools/mcp.ts'
import { planEntries } from './tools/tasks.ts'
import type { TurnClient } from './turn/client.ts'
import { modes } from './turn/instructions.ts'
import { nestedRules } from './turn/nested-rules.ts'
import { performTurn, type TurnEnd, type TurnLimits } from './turn/perform-turn.ts'
import { folderOf, keepSession, type KeptSession } from './turn/session-file.ts'
import { keptOf, newState } from './turn/state.ts'

/** One conversation with one model at a time. */
export interface OwnSession {
  /** What the protocol's answer to `session/new` says of it. */
  offers(): Promise<{ modes: SessionModeState; configOptions: SessionConfigOption[] }>
  /** What was said so far, as updates. */
  replay(): Record<string, unknown>[]
  setMode(modeId: string): boolean
  /** @returns a sentence where it can't be set. */
  setOption(id: string, value: unknown): Promise<string | undefined>
  prompt(content: UserContent, client: TurnClient): Promise<TurnEnd | 'busy'>
  cancel(): void
  close(): Promise<void>
}

export interface SessionDeps {
  readonly sandbox: Sandbox
  readonly context: HarnessContext
  readonly times: ModelTimes
  readonly limits: TurnLimits
  readonly now: () => number
  readonly random: () => number
  readonly newId: () => string
  /** The agent's end. */
  readonly ended: AbortSignal
}

export function createSession(
  sessionId: string,
  kept: KeptSession | undefined,
  servers: readonly (McpServer | { readonly unknown: string })[],
  deps: SessionDeps,
): OwnSession {
  const { sandbox, context } = deps
  const state = newState(kept)
  const asker = createModelAsker(deps)
  const modelsOf = createOwnModels(deps.now)
  let model = context.config.model ?? firstChoice
  let effort = context.config.effort
  let turn: AbortController | undefined
  let working: Promise<unknown> = Promise.resolve()
  // They are needed with the first prompt, and starting them takes time.
  const mcp: Promise<McpTools> = openMcpTools(servers, sandbox)
  mcp.catch(() => {})
  let toldProblems = false
  const inTurn = createTurns()

  async function work(content: UserContent, client: TurnClient, signal: AbortSignal): Promise<TurnEnd> {
    const spent = { inputTokens: 0, outputTokens: 0 }
    const chain = await chooseModels(model, waysOf(context.models), modelsOf)
    if (!chain.ok) {
      // What was asked stands when a model is there.
      state.conversation.push({ message: { role: 'user', content } })
      await save(client)
      return { stopReason: 'end_turn', spent, failure: chain.error }
    }
    const stopped = new Promise<undefined>((resolve) => {
      signal.addEventListener('abort', () => resolve(undefined), { once: true })
      if (signal.aborted) resolve(undefined)
    })
    const others = await Promise.race([mcp, stopped])
    if (others !== undefined && !toldProblems) {
      toldProblems = true
      for (const message of others.problems) await client.update({ sessionUpdate: 'notice', message })
    }
    const own = ownTools({
      around: {
        sandbox,
        outputs: `${folderOf(sandbox)}/outputs`,
        rulesFor: (place, until) => nestedRules(sandbox, place, state.rules, until),
        inTurn,
        terminals: context.terminals,
      },
      tellTasks: async (tasks) => {
        state.tasks = tasks
        await client.update({ sessionUpdate: 'plan', entries: planEntries(tasks) })
      },
    })
    return performTurn(state, content, {
      sandbox,
      client,
      asker,
      chain: chain.value,
      effort,
      tools: [...own, ...(others?.tools ?? [])],
      newId: deps.newId,
      today: new Date(deps.now()).toISOString().slice(0, 10),
      limits: deps.limits,
      signal,
      save: () => save(client),
    })
  }

  async function save(client: TurnClient): Promise<void> {
    if (deps.ended.aborted) return
    const problem = await keepSession(sandbox, sessionId, keptOf(state))
    if (problem !== undefined) await client.update({ sessionUpdate: 'notice', message: problem })
  }

  return {
    offers: async () => ({
      modes: { currentModeId: state.mode, availableModes: modes.map((mode) => ({ ...mode })) },
      configOptions: await configOptions({ model, effort, ways: waysOf(context.models), modelsOf }),
    }),
    replay: () =>
      state.conversation.flatMap(({ message }) => {
        const sessionUpdate = message.role === 'user' ? 'user_message_chunk' : 'agent_message_chunk'
        const parts = typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : message.content
        return parts.flatMap((part) =>
          part.type === 'text' && 'text' in part ? [{ sessionUpdate, content: { type: 'text', text: part.text } }] : [],
        )
      }),
    setMode(modeId) {
      const mode = modes.find(({ id }) => id === modeId)
      if (mode !== undefined) state.mode = mode.id
      return mode !== undefined
    },
    async setOption(id, value) {
      if (id === modelOption && typeof value === 'string') {
        const chosen = await chooseModels(value, waysOf(context.models), modelsOf)
        if (!chosen.ok) return chosen.error.text
        model = value
        return undefined
      }
      if (id !== effortOption) return `there is no option ${id}`
      const parsed = ModelEffort.safeParse(value)
      if (!parsed.success && value !== 'default') return `there is no effort ${String(value)}`
      effort = parsed.data
      return undefined
    },
    async prompt(content, client) {
      if (turn !== undefined) return 'busy'
      turn = new AbortController()
      const done = work(content, client, AbortSignal.any([turn.signal, deps.ended])).finally(() => {
        turn = undefined
      })
      working = done.catch(() => {})
      return done
    },
    cancel: () => turn?.abort(),
    async close() {
      turn?.abort()
      await working
      await mcp.then((one) => one.close()).catch(() => {})
    },
  }
}
