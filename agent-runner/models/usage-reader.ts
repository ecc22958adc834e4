import { z } from 'zod'
import type { ModelApi, ModelCallUsage } from './endpoints.ts'
import { createFrameReader } from './event-frames.ts'

export interface UsageReader {
  push(bytes: Uint8Array): void
  /** What was seen until now; also of an answer that was cut off. `undefined`: nothing of it was an answer of a model. */
  read(): ModelCallUsage | undefined
}

/** The longest line, or whole answer, that is looked at; a picture in an answer may be longer, its usage stands elsewhere. */
const longest = 4_000_000

/** Reads along in an answer: server-sent events, or one JSON text. */
export function createUsageReader(api: ModelApi, contentType: string): UsageReader {
  const decoder = new TextDecoder()
  const events = contentType.startsWith('text/event-stream')
  const seen: Seen = {}
  const frames = contentType.includes('amazon.eventstream')
    ? createFrameReader((payload) => {
        if (payload.includes('"usage"')) look(payload.toString())
      })
    : undefined
  let held = ''
  let skipping = false

  function look(json: string): void {
    for (const answer of answersIn(json)) Object.assign(seen, take[api](answer))
  }

  function lookAtLine(line: string): void {
    // Few of the events have one, and reading each would hold up the others.
    if (line.startsWith('data:') && line.includes('"usage')) look(line.slice(5))
  }

  function split(text: string): void {
    if (!text.includes('\n')) {
      held += text
      return tooLong()
    }
    const lines = `${held}${text}`.split('\n')
    held = lines.pop() ?? ''
    for (const line of lines) {
      if (skipping) skipping = false
      else lookAtLine(line)
    }
    tooLong()
  }

  function tooLong(): void {
    if (!skipping && held.length <= longest) return
    if (held.length > longest) skipping = true
    held = ''
  }

  return {
    push: (bytes) => {
      if (frames !== undefined) return frames(bytes)
      const text = decoder.decode(bytes, { stream: true })
      if (events) split(text)
      else {
        held += text
        tooLong()
      }
    },
    read: () => {
      if (!skipping && events) lookAtLine(held)
      if (!skipping && !events) look(held)
      held = ''
      const { model = '', input, output, cached = 0, written = 0 } = seen
      if (input === undefined && output === undefined) return undefined
      return {
        model: model.slice(0, 200),
        inputTokens: Math.max(0, (input ?? 0) - cached),
        outputTokens: output ?? 0,
        cachedTokens: cached,
        cacheWrittenTokens: written,
      }
    },
  }
}

/** `input` is all that was read, from a cache or not; `output` all that was written, thinking included. */
interface Seen {
  model?: string
  input?: number
  output?: number
  cached?: number
  written?: number
}

const some = z
  .number()
  .int()
  .nonnegative()
  .nullish()
  .transform((value) => value ?? undefined)
const AnthropicUsage = z.object({
  input_tokens: some,
  output_tokens: some,
  cache_read_input_tokens: some,
  cache_creation_input_tokens: some,
})
const Anthropic = z.object({
  model: z.string().optional(),
  usage: AnthropicUsage.optional(),
  message: z.object({ model: z.string().optional(), usage: AnthropicUsage.optional() }).optional(),
})

const OpenAiUsage = z.object({
  input_tokens: some,
  output_tokens: some,
  input_tokens_details: z.object({ cached_tokens: some }).nullish(),
  prompt_tokens: some,
  completion_tokens: some,
  prompt_tokens_details: z.object({ cached_tokens: some }).nullish(),
})
const OpenAi = z.object({
  model: z.string().nullish(),
  usage: OpenAiUsage.nullish(),
  response: z.object({ model: z.string().nullish(), usage: OpenAiUsage.nullish() }).nullish(),
})

const Google = z.object({
  modelVersion: z.string().optional(),
  usageMetadata: z.object({
    promptTokenCount: some,
    toolUsePromptTokenCount: some,
    candidatesTokenCount: some,
    thoughtsTokenCount: some,
    cachedContentTokenCount: some,
  }),
})

const Bedrock = z.object({
  usage: z.object({
    inputTokens: some,
    outputTokens: some,
    cacheReadInputTokens: some,
    cacheWriteInputTokens: some,
  }),
})

/** What each wire says of usage, in one answer or in one event; later ones stand for earlier ones, since all of them count from the start. */
const take: Readonly<Record<ModelApi, (answer: unknown) => Seen>> = {
  anthropic: (answer) => {
    const parsed = Anthropic.safeParse(answer).data
    const usage = parsed?.message?.usage ?? parsed?.usage
    if (usage === undefined) return {}
    const { input_tokens: fresh, cache_read_input_tokens: read, cache_creation_input_tokens: written } = usage
    return present({
      model: parsed?.message?.model ?? parsed?.model,
      // The last event may bring the output alone.
      ...(fresh === undefined
        ? {}
        : {
            input: fresh + (read ?? 0) + (written ?? 0),
            cached: read ?? 0,
            written: written ?? 0,
          }),
      output: usage.output_tokens,
    })
  },
  openai: (answer) => {
    const parsed = OpenAi.safeParse(answer).data
    const whole = parsed?.response ?? parsed
    const usage = whole?.usage
    if (usage === undefined || usage === null) return {}
    return present({
      model: whole?.model ?? undefined,
      input: usage.input_tokens ?? usage.prompt_tokens,
      output: usage.output_tokens ?? usage.completion_tokens,
      cached: usage.input_tokens_details?.cached_tokens ?? usage.prompt_tokens_details?.cached_tokens,
    })
  },
  bedrock: (answer) => {
    const usage = Bedrock.safeParse(answer).data?.usage
    if (usage === undefined) return {}
    const { inputTokens: fresh, cacheReadInputTokens: cached = 0, cacheWriteInputTokens: written = 0 } = usage
    return present({
      input: fresh === undefined ? undefined : fresh + cached + written,
      output: usage.outputTokens,
      cached,
      written,
    })
  },
  google: (answer) => {
    const parsed = Google.safeParse(answer).data
    if (parsed === undefined) return {}
    const {
      promptTokenCount,
      toolUsePromptTokenCount = 0,
      candidatesTokenCount = 0,
      thoughtsTokenCount = 0,
      cachedContentTokenCount,
    } = parsed.usageMetadata
    return present({
      model: parsed.modelVersion,
      input: promptTokenCount === undefined ? undefined : promptTokenCount + toolUsePromptTokenCount,
      output: candidatesTokenCount + thoughtsTokenCount,
      cached: cachedContentTokenCount,
    })
  },
}

/** Without what was not said, so that it does not stand for what was said before. */
function present(counts: { [Name in keyof Seen]: Seen[Name] | undefined }): Seen {
  return Object.fromEntries(Object.entries(counts).filter(([, value]) => value !== undefined))
}

/** Google's stream without server-sent events is one list of answers. */
function answersIn(json: string): unknown[] {
  try {
    const value: unknown = JSON.parse(json)
    return Array.isArray(value) ? value : [value]
  } catch {
    return []
  }
}
