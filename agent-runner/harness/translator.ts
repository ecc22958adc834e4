import type { RunUsage } from '#shared/domain/run.ts'
import type { TokenCount } from '#shared/domain/usage-meter.ts'
import { offeredCommandsLimit, type HarnessCommand } from '#shared/domain/harness.ts'
import type { RunSession } from '#shared/domain/transcript.ts'
import type { RunEventBody } from '#shared/protocol/run-event.ts'
import type { BlobStore } from '../link/blob-store.ts'
import type { Clock } from '../clock.ts'
import type { Spending } from '../run/spending.ts'
import { cut, type Transcript } from '../run/transcript.ts'
import {
  SessionUpdate,
  UpdateParams,
  type PromptAnswer,
  type SessionAnswer,
  type ToolCallFields,
} from './acp-shapes.ts'
import type { Dialect } from './dialects.ts'
import { spokenLine } from './spoken-line.ts'
import { createTaskList, isTodo, taskOf, todoTask } from './task-list.ts'
import { createToolCalls, type ToldCall } from './tool-calls.ts'
import { blockText, objectOf } from './tool-content.ts'

/** Turns what a harness tells over ACP into entries and events of the run. */
export interface Translator {
  /** One `session/update`, as it came. */
  update(params: unknown): void
  /** A tool call as a permission request tells it; some harnesses speak of it there first. */
  tool(fields: ToolCallFields): void
  /** A question about a tool call was answered: what it does begins now. */
  answered(toolCallId: string): void
  /** What was told of a tool call, for a question that leaves it out. */
  told(toolCallId: string): ToldCall | undefined
  /** The last line that the agent said. */
  said(): string
  /** It will not do it. */
  denied(toolCallId: string): void
  sessionOpened(answer: SessionAnswer): void
  promptAnswered(answer: PromptAnswer): void
  /** Text under a tool call's output, e.g. which rule allowed it. */
  remark(toolCallId: string, text: string): void
  /** Whether a tool is at work, so that silence means nothing. */
  busy(): boolean
  /** Ends what is open at the end of a turn. */
  endTurn(status: 'completed' | 'cancelled' | 'failed'): void
  /** While set, updates are a replay of what is known. */
  setReplaying(on: boolean): void
}

export interface TranslatorDeps {
  transcript: Transcript
  emit: (body: RunEventBody) => void
  clock: Clock
  blobs: BlobStore
  harnessName: string
  dialect?: Dialect | undefined
  /** The workspace as the harness sees it; paths are told relative to it. */
  workspace: string
  onActivity: (text: string) => void
  /** Files may have changed. */
  onTouched: () => void
  /** A command has ended. `output`: what it printed, or its beginning and end. */
  onRan?: ((command: string, output: string) => void) | undefined
  /** Its own commands, as it offers them now. */
  onCommands?: ((commands: HarnessCommand[]) => void) | undefined
  spending: Pick<Spending, 'context' | 'harness'>
  /** What the tokens in the answer to a prompt are of; absent: of that prompt. */
  tokenCount?: TokenCount | undefined
}

export function createTranslator(deps: TranslatorDeps): Translator {
  const { transcript, emit } = deps
  const hidden = new Set<string>()
  const unknownKinds = new Set<string>()
  let replaying = false
  let spoken = ''
  let session: RunSession = { commands: [], modes: [] }
  const calls = createToolCalls({ ...deps, endSpeech })
  const tasks = createTaskList({ transcript, emit, endSpeech })

  function update(params: unknown): void {
    const known = UpdateParams.safeParse(params)
    // What it offers is no part of what is told again.
    if (replaying && known.data?.update.sessionUpdate !== 'available_commands_update') return
    if (!known.success) return unknown('an update without a kind', params)
    const parsed = SessionUpdate.safeParse(known.data.update)
    if (!parsed.success) return unknown(known.data.update.sessionUpdate, known.data.update)
    const change = parsed.data
    switch (change.sessionUpdate) {
      case 'agent_message_chunk':
        return say('message', blockText(change.content))
      case 'agent_thought_chunk':
        return say('thought', blockText(change.content))
      case 'tool_call':
      case 'tool_call_update':
        return tool(change)
      case 'plan':
        return tasks.tell(change.entries.map(taskOf))
      case 'available_commands_update':
        session = {
          ...session,
          commands: change.availableCommands
            .slice(0, 200)
            .filter((one) => /^[^\s/]+$/.test(one.name))
            .map(({ name, description, input }) => ({
              name: cut(name, 100),
              description: cut(description, 500),
              ...(input?.hint === undefined || input.hint === '' ? {} : { hint: cut(input.hint, 200) }),
            })),
        }
        deps.onCommands?.(
          session.commands.slice(0, offeredCommandsLimit).map(({ name, description, hint }) => ({
            name,
            description: cut(description, 160),
            ...(hint === undefined ? {} : { hint: cut(hint, 80) }),
          })),
        )
        return emit({ type: 'session', session })
      case 'current_mode_update':
        session = { ...session, mode: cut(change.currentModeId, 100) }
        return emit({ type: 'session', session })
      case 'usage_update':
        return spend(change)
      case 'notice': {
        const message = objectOf(change)?.['message']
        return transcript.notice('info', typeof message === 'string' ? message : JSON.stringify(change))
      }
      case 'user_message_chunk':
      case 'session_info_update':
      case 'config_option_update':
        return undefined
    }
  }

  function say(kind: 'message' | 'thought', text: string): void {
    transcript.say(kind, text)
    spoken = kind === 'message' ? spokenLine(spoken, text) : ''
    if (spoken.trim() !== '') deps.onActivity(spoken.trim())
  }

  function endSpeech(): void {
    spoken = ''
    transcript.endSpeech()
  }

  function unknown(kind: string, value: unknown): void {
    if (unknownKinds.has(kind) || unknownKinds.size >= 20) return
    unknownKinds.add(kind)
    transcript.notice(
      'info',
      `${deps.harnessName} told of “${cut(kind, 100)}”, which Drover does not show.`,
      cut(JSON.stringify(value) ?? '', 4000),
    )
  }

  function tool(told: ToolCallFields): void {
    const fields = deps.dialect?.(told, deps.workspace) ?? told
    if (isTodo(fields)) {
      hidden.add(fields.toolCallId)
      const todos = objectOf(fields.rawInput)?.['todos']
      if (Array.isArray(todos)) tasks.tell(todos.flatMap((todo) => todoTask(todo)))
    }
    if (hidden.has(fields.toolCallId)) return
    calls.take(fields)
  }

  function spend({ used, size, cost }: Extract<SessionUpdate, { sessionUpdate: 'usage_update' }>): void {
    const context = { ...whole('contextUsed', used), ...whole('contextSize', size) }
    if (Object.keys(context).length > 0) deps.spending.context(context)
    if (cost?.currency === 'USD' && Number.isFinite(cost.amount))
      deps.spending.harness({ costUsd: Math.max(0, cost.amount) })
  }

  return {
    update,
    tool,
    sessionOpened: (answer) => {
      const modes = answer.modes
      if (modes == null) return
      session = {
        ...session,
        modes: modes.availableModes.slice(0, 50).map(({ id, name }) => ({ id: cut(id, 100), name: cut(name, 100) })),
        mode: cut(modes.currentModeId, 100),
      }
      emit({ type: 'session', session })
    },
    promptAnswered: ({ usage }) => {
      if (usage == null) return
      const { inputTokens = 0, outputTokens = 0, cachedReadTokens = 0, cachedWriteTokens = 0 } = usage
      // What was written into a cache came from none.
      const tokens = {
        ...whole('inputTokens', inputTokens + cachedWriteTokens),
        ...whole('outputTokens', outputTokens),
        ...whole('cachedTokens', cachedReadTokens),
      }
      deps.spending.harness({ tokens, ...(deps.tokenCount === undefined ? {} : { counts: deps.tokenCount }) })
    },
    answered: calls.answered,
    told: calls.told,
    said: () => spoken.trim(),
    denied: calls.denied,
    remark: calls.remark,
    busy: calls.busy,
    endTurn: (status) => {
      endSpeech()
      calls.endAll(status)
      tasks.endTurn()
    },
    setReplaying: (on) => {
      replaying = on
    },
  }
}

function whole<K extends keyof RunUsage>(key: K, value: number | undefined): Partial<Record<K, number>> {
  if (value === undefined || !Number.isFinite(value)) return {}
  const only: Partial<Record<K, number>> = {}
  only[key] = Math.max(0, Math.round(value))
  return only
}
