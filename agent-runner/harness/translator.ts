import type { RunUsage, Task, TaskStatus } from '#shared/domain/run.ts'
import type { FileChange, RunSession, ToolKind } from '#shared/domain/transcript.ts'
import type { EntryId } from '#shared/ids.ts'
import type { RunEventBody } from '#shared/protocol/run-event.ts'
import type { BlobStore } from '../link/blob-store.ts'
import type { Clock } from '../clock.ts'
import type { GrowingBody, GrowingEntry } from '../run/growing-entry.ts'
import { cut, type Transcript } from '../run/transcript.ts'
import {
  SessionUpdate,
  UpdateParams,
  type PlanEntry,
  type PromptAnswer,
  type SessionAnswer,
  type ToolCallFields,
} from './acp-shapes.ts'
import { spokenLine } from './spoken-line.ts'
import { blockText, commandOf, contentPatches, contentText, objectOf } from './tool-content.ts'

/** Turns what a harness tells over ACP into entries and events of the run. */
export interface Translator {
  /** One `session/update`, as it came. */
  update(params: unknown): void
  /** A tool call as a permission request tells it; some harnesses speak of it there first. */
  tool(fields: ToolCallFields): void
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
  /** The workspace as the harness sees it; paths are told relative to it. */
  workspace: string
  onActivity: (text: string) => void
  /** Files may have changed. */
  onTouched: () => void
}

interface Tool {
  entry: GrowingEntry
  /** Output came piece by piece, so the final content repeats it. */
  streamed: boolean
  ended: boolean
}

const inlinePatch = 4000
/** Tool calls of one turn that are remembered for later updates. */
const toolLimit = 2000

export function createTranslator(deps: TranslatorDeps): Translator {
  const { transcript, emit, clock } = deps
  const tools = new Map<string, Tool>()
  const hidden = new Set<string>()
  const unknownKinds = new Set<string>()
  let replaying = false
  let spoken = ''
  let usage: RunUsage = {}
  let session: RunSession = { commands: [], modes: [] }
  let tasks: { id: EntryId; json: string } | undefined

  const relative = (path: string): string =>
    path.startsWith(`${deps.workspace}/`) ? path.slice(deps.workspace.length + 1) : path

  function update(params: unknown): void {
    if (replaying) return
    const known = UpdateParams.safeParse(params)
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
        return tell(change.entries.map(taskOf))
      case 'available_commands_update':
        session = {
          ...session,
          commands: change.availableCommands
            .slice(0, 200)
            .map((one) => ({ name: cut(one.name, 100), description: cut(one.description, 500) })),
        }
        return emit({ type: 'session', session })
      case 'current_mode_update':
        session = { ...session, mode: cut(change.currentModeId, 100) }
        return emit({ type: 'session', session })
      case 'usage_update':
        return spend({
          ...whole('contextUsed', change.used),
          ...whole('contextSize', change.size),
          ...(change.cost?.currency === 'USD' ? { costUsd: Math.max(0, change.cost.amount) } : {}),
        })
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

  function tool(fields: ToolCallFields): void {
    if (isTodo(fields)) {
      hidden.add(fields.toolCallId)
      const todos = objectOf(fields.rawInput)?.['todos']
      if (Array.isArray(todos)) tell(todos.flatMap((todo) => todoTask(todo)))
    }
    if (hidden.has(fields.toolCallId)) return
    const known = tools.get(fields.toolCallId)
    const one = known ?? open(fields)
    if (known !== undefined) {
      const change = changeOf(fields, known.entry.body())
      if (Object.keys(change).length > 0) known.entry.change(change)
      if ('command' in change || 'title' in change) deps.onActivity(titleOf(known.entry))
    }
    writeOutput(one, fields)
    writePatches(one, fields)
    finishTool(one, fields)
  }

  function open(fields: ToolCallFields): Tool {
    endSpeech()
    const blank: GrowingBody = {
      kind: 'tool',
      toolKind: 'other',
      title: 'Tool',
      status: 'pending',
      locations: [],
      startedAt: clock.now(),
    }
    const entry = transcript.grow({
      ...blank,
      ...changeOf(fields, blank),
      status: fields.status === 'in_progress' ? 'in_progress' : 'pending',
    })
    const made = { entry, streamed: false, ended: false }
    tools.set(fields.toolCallId, made)
    if (tools.size > toolLimit) forgetOldest()
    deps.onActivity(titleOf(entry))
    return made
  }

  function forgetOldest(): void {
    const oldest = tools.entries().next().value
    if (oldest === undefined) return
    if (!oldest[1].ended) oldest[1].entry.finish({ status: 'completed', endedAt: clock.now() })
    tools.delete(oldest[0])
  }

  function writeOutput(one: Tool, fields: ToolCallFields): void {
    const meta = fields._meta ?? {}
    for (const key of ['terminal_output', 'terminal_output_delta']) {
      const data = objectOf(meta[key])?.['data']
      if (typeof data !== 'string') continue
      one.streamed = true
      one.entry.append(data)
    }
    const text = contentText(fields.content)
    if (text !== undefined && !one.streamed && !one.ended) one.entry.setText(text)
  }

  function writePatches(one: Tool, fields: ToolCallFields): void {
    const patches = contentPatches(fields.content, relative).slice(0, 20)
    if (patches.length === 0) return
    const changes: FileChange[] = patches.map(({ patch, ...change }) => ({
      ...change,
      ...(patch !== undefined && patch.length <= inlinePatch ? { patch } : {}),
    }))
    one.entry.change({ changes })
    for (const [index, { patch }] of patches.entries()) {
      if (patch === undefined || patch.length <= inlinePatch) continue
      void deps.blobs.put(Buffer.from(patch)).then((blob) => {
        const change = changes[index]
        if (blob === undefined || change === undefined) return
        changes[index] = { ...change, blob }
        one.entry.change({ changes: [...changes] })
      })
    }
  }

  function finishTool(one: Tool, fields: ToolCallFields): void {
    const exit = objectOf(fields._meta?.['terminal_exit'])?.['exit_code']
    const exitCode = typeof exit === 'number' && Number.isInteger(exit) ? { exitCode: exit } : {}
    if (one.ended || (fields.status !== 'completed' && fields.status !== 'failed')) {
      if ('exitCode' in exitCode) one.entry.change(exitCode)
      return
    }
    one.ended = true
    one.entry.finish({ status: fields.status, ...exitCode, endedAt: clock.now() })
    const body = one.entry.body()
    if (body.kind === 'tool' && changesFiles.has(body.toolKind)) deps.onTouched()
  }

  function changeOf(fields: ToolCallFields, old: GrowingBody): Partial<Extract<GrowingBody, { kind: 'tool' }>> {
    if (old.kind !== 'tool') return {}
    const command = commandOf(fields)
    const onlyCommand = command !== undefined && Object.keys(objectOf(fields.rawInput) ?? {}).length === 1
    const input = fields.rawInput == null || onlyCommand ? undefined : cut(JSON.stringify(fields.rawInput), 2000)
    const next = {
      ...(fields.title == null || fields.title === '' ? {} : { title: cut(fields.title, 500) }),
      ...(fields.kind == null ? {} : { toolKind: fields.kind }),
      ...(fields.status === 'in_progress' ? { status: 'in_progress' as const } : {}),
      ...(command === undefined ? {} : { command: cut(command, 8000) }),
      ...(input === undefined || input === '{}' ? {} : { input }),
      ...(fields.locations == null
        ? {}
        : {
            // The workspace itself, as OpenCode names it for a command, says nothing.
            locations: fields.locations
              .filter(({ path }) => path !== deps.workspace)
              .slice(0, 20)
              .map(({ path, line }) => ({ path: cut(relative(path), 1000), ...(line == null ? {} : { line }) })),
          }),
    }
    const same = (key: keyof typeof next): boolean => JSON.stringify(next[key]) === JSON.stringify(old[key])
    return Object.fromEntries(Object.entries(next).filter(([key]) => !same(key as keyof typeof next)))
  }

  function tell(list: readonly Task[]): void {
    const bounded = list.slice(0, 200)
    const json = JSON.stringify(bounded)
    if (tasks?.json === json) return
    emit({ type: 'tasks', tasks: bounded })
    if (tasks === undefined) {
      endSpeech()
      tasks = { id: transcript.add({ kind: 'tasks', tasks: bounded }), json }
    } else {
      transcript.rewrite(tasks.id, { kind: 'tasks', tasks: bounded })
      tasks = { id: tasks.id, json }
    }
  }

  function spend(more: RunUsage): void {
    if (Object.keys(more).length === 0) return
    usage = { ...usage, ...more }
    emit({ type: 'usage', usage })
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
    promptAnswered: (answer) => {
      const input = answer.usage?.inputTokens
      const output = answer.usage?.outputTokens
      spend({
        ...whole('inputTokens', input === undefined ? undefined : input + (usage.inputTokens ?? 0)),
        ...whole('outputTokens', output === undefined ? undefined : output + (usage.outputTokens ?? 0)),
      })
    },
    remark: (toolCallId, text) => {
      tools.get(toolCallId)?.entry.append(`${text}\n`)
    },
    busy: () => [...tools.values()].some((one) => !one.ended && isWorking(one.entry)),
    endTurn: (status) => {
      endSpeech()
      for (const one of tools.values()) {
        if (one.ended) continue
        one.ended = true
        one.entry.finish({ status, endedAt: clock.now() })
      }
      tools.clear()
      tasks = undefined
    },
    setReplaying: (on) => {
      replaying = on
    },
  }
}

const changesFiles: ReadonlySet<ToolKind> = new Set(['edit', 'delete', 'move', 'execute', 'other'])

function isWorking(entry: GrowingEntry): boolean {
  const body = entry.body()
  return body.kind === 'tool' && body.status === 'in_progress'
}

function titleOf(entry: GrowingEntry): string {
  const body = entry.body()
  return body.kind === 'tool' ? (body.command ?? body.title) : ''
}

/** OpenCode has no plan updates; its task list is the input of a tool. */
function isTodo(fields: ToolCallFields): boolean {
  return fields.title === 'todowrite' || Array.isArray(objectOf(fields.rawInput)?.['todos'])
}

const taskStatuses: ReadonlySet<string> = new Set<TaskStatus>([
  'pending',
  'in_progress',
  'completed',
  'failed',
  'cancelled',
  'waiting',
])

/** `_meta['drover/status']` says what the protocol's three statuses can't. */
function taskOf(entry: PlanEntry): Task {
  return { text: cut(entry.content, 400), status: statusOf(entry._meta?.['drover/status'] ?? entry.status) }
}

function todoTask(todo: unknown): Task[] {
  const fields = objectOf(todo)
  const text = fields?.['content']
  return typeof text === 'string' ? [{ text: cut(text, 400), status: statusOf(fields?.['status']) }] : []
}

function statusOf(value: unknown): TaskStatus {
  return typeof value === 'string' && taskStatuses.has(value) ? (value as TaskStatus) : 'pending'
}

function whole<K extends keyof RunUsage>(key: K, value: number | undefined): Partial<Record<K, number>> {
  if (value === undefined || !Number.isFinite(value)) return {}
  const only: Partial<Record<K, number>> = {}
  only[key] = Math.max(0, Math.round(value))
  return only
}
