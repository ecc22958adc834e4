import type { AssistantModelMessage, FinishReason, LanguageModelUsage, ModelMessage } from 'ai'
import type { ModelEffort } from '#shared/domain/harness.ts'
import type { ModelChoice } from '../models/choose.ts'
import { openModel } from '../models/open-model.ts'
import type { ModelTimes } from './times.ts'

export interface ModelRequest {
  readonly instructions: string
  readonly messages: readonly ModelMessage[]
  readonly tools: readonly OfferedTool[]
  readonly effort: ModelEffort | undefined
}

/** A tool as the model is told of it. */
export interface OfferedTool {
  readonly name: string
  readonly description: string
  /** JSON Schema of its input. */
  readonly schema: Readonly<Record<string, unknown>>
}

/** What the model wants to be done. `problem`: it can't be understood, and why. */
export interface WantedCall {
  readonly id: string
  readonly tool: string
  readonly input: unknown
  readonly problem?: string
}

export interface ModelAnswer {
  readonly message: AssistantModelMessage
  readonly text: string
  readonly calls: readonly WantedCall[]
  readonly finish: FinishReason
  readonly usage: LanguageModelUsage
}

export interface Listener {
  text(piece: string): Promise<void>
  thought(piece: string): Promise<void>
}

/** The answer ended without its end. */
export class BrokenAnswer extends Error {
  override readonly name = 'BrokenAnswer'
}

/** One request to one model, told piece by piece. @throws what went wrong, as the AI SDK has it; the signal's reason */
export async function askOnce(
  choice: ModelChoice,
  request: ModelRequest,
  {
    signal,
    listen,
    times,
    isPlain,
  }: {
    signal: AbortSignal
    listen: Listener
    times: ModelTimes
    /** Without a word about thinking: the model does not take it. */
    isPlain: boolean
  },
): Promise<ModelAnswer> {
  const [{ streamText, jsonSchema }, model] = await Promise.all([import('ai'), openModel(choice)])
  const silence = new AbortController()
  const watch = watchSilence(silence, times)
  const tools = Object.fromEntries(
    request.tools.map(({ name, description, schema }) => [
      name,
      { description, inputSchema: jsonSchema({ ...schema }) },
    ]),
  )
  const isAnthropic = isClaude(choice)
  const instructions = { role: 'system' as const, content: request.instructions, ...(isAnthropic ? cached : {}) }
  const messages = isAnthropic ? withCachePoint(request.messages) : [...request.messages]
  const effort = isPlain ? undefined : effortFor(choice, request.effort)
  const stream = streamText({
    model,
    instructions,
    messages,
    tools,
    maxRetries: 0,
    abortSignal: AbortSignal.any([signal, silence.signal]),
    providerOptions: {
      openai: { store: false, ...(isPlain ? {} : { reasoningSummary: 'auto' }) },
      ...(isPlain ? {} : { google: { thinkingConfig: { includeThoughts: true } } }),
    },
    ...(choice.output === undefined ? {} : { maxOutputTokens: Math.min(choice.output, 64_000) }),
    ...(effort === undefined ? {} : { reasoning: effort }),
    // It is thrown from the stream below.
    onError: () => {},
  })
  let text = ''
  const calls: WantedCall[] = []
  let end: Pick<ModelAnswer, 'finish' | 'usage'> | undefined
  try {
    for await (const part of stream.fullStream) {
      watch.heard()
      if (part.type === 'text-delta') {
        text += part.text
        await listen.text(part.text)
      } else if (part.type === 'reasoning-delta') await listen.thought(part.text)
      else if (part.type === 'tool-call') calls.push(wanted(part))
      else if (part.type === 'error') throw part.error
      else if (part.type === 'abort') throw signal.aborted ? signal.reason : silence.signal.reason
      else if (part.type === 'finish-step') {
        // Neither word nor reason: the connection was closed in the middle.
        if (
          part.finishReason === 'interrupted' ||
          (part.finishReason === 'other' && part.rawFinishReason === undefined)
        )
          throw new BrokenAnswer('the answer broke off')
        end = { finish: part.finishReason, usage: part.usage }
      }
    }
    signal.throwIfAborted()
    silence.signal.throwIfAborted()
    if (end === undefined) throw new BrokenAnswer('the answer broke off')
    const { messages: made } = await stream.response
    const message = made.find((one) => one.role === 'assistant') ?? { role: 'assistant' as const, content: [] }
    return { ...end, message: tidy(message), text, calls }
  } finally {
    watch.close()
  }
}

/** Anthropic's, also by way of Amazon. */
function isClaude({ endpoint, wireId }: ModelChoice): boolean {
  return endpoint.api === 'anthropic' || (endpoint.api === 'bedrock' && wireId.includes('anthropic.claude'))
}

const cached = {
  providerOptions: { anthropic: { cacheControl: { type: 'ephemeral' } }, bedrock: { cachePoint: { type: 'default' } } },
}

/** Anthropic keeps what is before a mark, so that the next request pays a tenth for it. */
function withCachePoint(messages: readonly ModelMessage[]): ModelMessage[] {
  return messages.map((message, index) => (index === messages.length - 1 ? { ...message, ...cached } : message))
}

function effortFor(choice: ModelChoice, wanted: ModelEffort | undefined): ModelEffort | undefined {
  const { efforts } = choice
  // Anthropic's models think only when they are told how hard; this is how hard they work without a word.
  const effort = wanted ?? (isClaude(choice) && efforts !== undefined ? 'high' : undefined)
  if (effort === undefined || efforts === undefined || efforts.includes(effort)) return effort
  // The nearest that it knows; one that has no levels thinks as it does.
  const order: readonly ModelEffort[] = ['minimal', 'low', 'medium', 'high', 'max']
  return efforts.toSorted((a, b) => distance(order, a, effort) - distance(order, b, effort))[0]
}

function distance(order: readonly ModelEffort[], a: ModelEffort, b: ModelEffort): number {
  return Math.abs(order.indexOf(a) - order.indexOf(b))
}

function wanted(part: {
  toolCallId: string
  toolName: string
  input: unknown
  invalid?: boolean | undefined
  error?: unknown
}): WantedCall {
  const call = { id: part.toolCallId, tool: part.toolName, input: part.input }
  if (part.invalid !== true) return call
  return { ...call, problem: part.error instanceof Error ? part.error.message : 'it can’t be understood' }
}

/** Input that is no JSON would be refused when it is sent back. */
function tidy(message: AssistantModelMessage): AssistantModelMessage {
  if (typeof message.content === 'string') return message
  const content = message.content.map((part) =>
    part.type === 'tool-call' && (typeof part.input !== 'object' || part.input === null)
      ? { ...part, input: {} }
      : part,
  )
  return { ...message, content }
}

function watchSilence(silence: AbortController, times: ModelTimes): { heard(): void; close(): void } {
  const giveUp = (ms: number): void =>
    silence.abort(new Error(`nothing was heard from it for ${Math.round(ms / 1000)} seconds`))
  let timer = setTimeout(() => giveUp(times.firstWordMs), times.firstWordMs)
  return {
    heard() {
      clearTimeout(timer)
      timer = setTimeout(() => giveUp(times.quietMs), times.quietMs)
    },
    close: () => clearTimeout(timer),
  }
}
