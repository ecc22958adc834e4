import type { FileChange, ToolKind } from '#shared/domain/transcript.ts'
import type { BlobStore } from '../link/blob-store.ts'
import type { Clock } from '../clock.ts'
import type { GrowingBody, GrowingEntry } from '../run/growing-entry.ts'
import { cut, type Transcript } from '../run/transcript.ts'
import type { ToolCallFields, ToolContent } from './acp-shapes.ts'
import { commandOf, contentPatches, contentText, objectOf, withoutFence } from './tool-content.ts'

/** The tool calls of a turn as entries: each opens with the first word of it, grows, and ends once. */
export interface ToolCalls {
  take(fields: ToolCallFields): void
  /** A question about it was answered: its time counts from now, not from when it was asked. */
  answered(toolCallId: string): void
  /** What was told of it, for a question that leaves it out. */
  told(toolCallId: string): ToldCall | undefined
  /** It was not allowed: it ends as failed, also where the harness does not speak of it again. */
  denied(toolCallId: string): void
  /** Text under a tool call's output. */
  remark(toolCallId: string, text: string): void
  /** Whether one is at work. */
  busy(): boolean
  /** Ends those that are open, and forgets all. */
  endAll(status: 'completed' | 'cancelled' | 'failed'): void
}

export interface ToldCall {
  readonly title: string
  readonly rawInput: unknown
  /** Parts with changes to files. */
  readonly diffs: readonly ToolContent[]
}

export interface ToolCallsDeps {
  transcript: Transcript
  clock: Clock
  blobs: BlobStore
  /** The workspace as the harness sees it; paths are told relative to it. */
  workspace: string
  onActivity: (text: string) => void
  /** Files may have changed. */
  onTouched: () => void
  /** A command has ended. `output`: what it printed, or its beginning and end. */
  onRan?: ((command: string, output: string) => void) | undefined
  /** What the agent says stops where a call begins. */
  endSpeech: () => void
}

interface Tool {
  entry: GrowingEntry
  /** Output came piece by piece, so the final content repeats it. */
  streamed: boolean
  ended: boolean
  denied: boolean
  rawInput: unknown
  diffs: readonly ToolContent[]
}

const inlinePatch = 4000
/** Tool calls of one turn that are remembered for later updates. */
const toolLimit = 2000

export function createToolCalls(deps: ToolCallsDeps): ToolCalls {
  const { transcript, clock, endSpeech } = deps
  const tools = new Map<string, Tool>()

  const relative = (path: string): string =>
    path.startsWith(`${deps.workspace}/`) ? path.slice(deps.workspace.length + 1) : path

  function take(fields: ToolCallFields): void {
    const known = tools.get(fields.toolCallId)
    const one = known ?? open(fields)
    if (known !== undefined) {
      const change = changeOf(fields, known.entry.body())
      if (Object.keys(change).length > 0) known.entry.change(change)
      if ('command' in change || 'title' in change) deps.onActivity(titleOf(known.entry))
    }
    if (fields.rawInput !== undefined) one.rawInput = fields.rawInput
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
    const made = { entry, streamed: false, ended: false, denied: false, rawInput: undefined, diffs: [] }
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
    if (text !== undefined && !one.streamed && !one.ended) one.entry.setText(withoutFence(text))
  }

  function writePatches(one: Tool, fields: ToolCallFields): void {
    const patches = contentPatches(fields.content, relative).slice(0, 20)
    if (patches.length === 0) return
    one.diffs = (fields.content ?? []).filter(({ type }) => type === 'diff')
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
    const exitCode = typeof exit === 'number' && Number.isSafeInteger(exit) ? { exitCode: exit } : {}
    if (one.ended || (fields.status !== 'completed' && fields.status !== 'failed')) {
      if ('exitCode' in exitCode) one.entry.change(exitCode)
      return
    }
    one.ended = true
    one.diffs = []
    one.rawInput = undefined
    one.entry.finish({ status: fields.status, ...exitCode, endedAt: clock.now() })
    const body = one.entry.body()
    if (body.kind === 'tool' && changesFiles.has(body.toolKind)) deps.onTouched()
    if (body.kind === 'tool' && body.command !== undefined && body.output !== undefined)
      deps.onRan?.(body.command, `${body.output.head}\n${body.output.tail}`)
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
      ...(fields.status === 'in_progress' && old.status === 'pending' ? { startedAt: clock.now() } : {}),
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

  return {
    take,
    answered: (toolCallId) => {
      const one = tools.get(toolCallId)
      if (one !== undefined && !one.ended) one.entry.change({ startedAt: clock.now() })
    },
    told: (toolCallId) => {
      const one = tools.get(toolCallId)
      return one === undefined ? undefined : { title: titleOf(one.entry), rawInput: one.rawInput, diffs: one.diffs }
    },
    denied: (toolCallId) => {
      const one = tools.get(toolCallId)
      if (one !== undefined) one.denied = true
    },
    remark: (toolCallId, text) => {
      tools.get(toolCallId)?.entry.append(`${text}\n`)
    },
    busy: () => [...tools.values()].some((one) => !one.ended && isWorking(one.entry)),
    endAll: (status) => {
      for (const one of tools.values()) {
        if (one.ended) continue
        one.ended = true
        one.entry.finish({ status: one.denied ? 'failed' : status, endedAt: clock.now() })
      }
      tools.clear()
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
