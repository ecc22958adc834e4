import { z } from 'zod'
import { conversationLimit, type Said } from '#shared/domain/conversation.ts'

/**
 * What was said in a conversation that an agent on a person's own machine has kept, without tools, thoughts and what the agent was told beside. Shapes as
 * Claude Code 2, Codex 0.166, Gemini CLI 0.61 write them and `opencode export` of OpenCode 1.18 prints them; lines of other shapes are passed over.
 */
export type Spoken = Pick<Said, 'who' | 'text'>

/** A text as it is, or the file of one of the four agents, whichever it is. The newest part, as much as a run is told. */
export function readConversation(text: string): Spoken[] {
  const found = [codexConversation, geminiConversation, openCodeConversation, claudeConversation]
    .map((read) => read(text))
    .find((said) => said.length > 0)
  const parts = found ?? [{ who: 'user' as const, text }]
  let units = 0
  const kept = parts.toReversed().filter((part) => (units += part.text.length) <= conversationLimit)
  return kept.length > 0 ? kept.toReversed() : [{ who: 'user', text: text.slice(-conversationLimit) }]
}

const Text = z.object({ type: z.literal('text'), text: z.string() })
const ClaudeLine = z.object({
  type: z.enum(['user', 'assistant']),
  isMeta: z.boolean().optional(),
  message: z.object({ content: z.union([z.string(), z.array(z.unknown())]) }),
})

export function claudeConversation(text: string): Spoken[] {
  return linesOf(text).flatMap((line) => {
    const parsed = ClaudeLine.safeParse(line)
    if (!parsed.success || parsed.data.isMeta === true) return []
    const { content } = parsed.data.message
    const said = typeof content === 'string' ? content : textsOf(content)
    return spoken(parsed.data.type === 'user' ? 'user' : 'agent', said)
  })
}

const CodexItem = z.object({
  type: z.literal('event_msg'),
  payload: z.object({
    type: z.literal('item_completed'),
    item: z.object({
      type: z.enum(['UserMessage', 'AgentMessage']),
      content: z.array(z.object({ text: z.string().optional() })),
    }),
  }),
})
/** As versions before wrote it. */
const CodexMessage = z.object({
  type: z.literal('event_msg'),
  payload: z.object({ type: z.enum(['user_message', 'agent_message']), message: z.string() }),
})

export function codexConversation(text: string): Spoken[] {
  const lines = linesOf(text)
  const items = lines.flatMap((line) => {
    const payload = CodexItem.safeParse(line).data?.payload
    if (payload === undefined) return []
    const said = payload.item.content.flatMap((part) => part.text ?? []).join('\n')
    return spoken(payload.item.type === 'UserMessage' ? 'user' : 'agent', said)
  })
  if (items.length > 0) return items
  return lines.flatMap((line) => {
    const payload = CodexMessage.safeParse(line).data?.payload
    return payload === undefined ? [] : spoken(payload.type === 'user_message' ? 'user' : 'agent', payload.message)
  })
}

const GeminiMessage = z.object({
  id: z.string(),
  type: z.enum(['user', 'gemini']),
  content: z.union([z.string(), z.array(z.object({ text: z.string().optional() }))]),
})
/** The whole list anew, as after a conversation was shortened. */
const GeminiSet = z.object({ $set: z.object({ messages: z.array(z.unknown()) }) })
const GeminiHead = z.object({
  sessionId: z.string(),
  projectHash: z.string(),
  messages: z.array(z.unknown()).optional(),
})

export function geminiConversation(text: string): Spoken[] {
  // Its versions before wrote all of it as one object.
  const whole = GeminiHead.safeParse(parseJson(text)).data?.messages
  const lines = whole ?? linesOf(text)
  if (whole === undefined && !GeminiHead.safeParse(lines[0]).success) return []
  // A message that is told again, with more of it, takes the place of itself.
  const known = new Map<string, z.infer<typeof GeminiMessage>>()
  const take = (one: unknown): void => {
    const message = GeminiMessage.safeParse(one).data
    if (message !== undefined) known.set(message.id, message)
  }
  for (const line of lines) {
    const anew = GeminiSet.safeParse(line).data?.$set.messages
    if (anew === undefined) take(line)
    else {
      known.clear()
      for (const one of anew) take(one)
    }
  }
  return [...known.values()].flatMap(({ type, content }) => {
    const said = typeof content === 'string' ? content : content.flatMap((part) => part.text ?? []).join('\n')
    return said.startsWith('<session_context>') ? [] : spoken(type === 'user' ? 'user' : 'agent', said)
  })
}

const OpenCodeExport = z.object({
  info: z.object({ id: z.string() }),
  messages: z.array(z.object({ info: z.object({ role: z.enum(['user', 'assistant']) }), parts: z.array(z.unknown()) })),
})

export function openCodeConversation(text: string): Spoken[] {
  const read = OpenCodeExport.safeParse(parseJson(text)).data
  return (read?.messages ?? []).flatMap(({ info, parts }) =>
    spoken(info.role === 'user' ? 'user' : 'agent', textsOf(parts.filter((part) => !isAside(part)))),
  )
}

/** Told to the model by OpenCode itself. */
function isAside(part: unknown): boolean {
  return z.object({ synthetic: z.literal(true) }).safeParse(part).success
}

function textsOf(parts: readonly unknown[]): string {
  return parts.flatMap((part) => Text.safeParse(part).data?.text ?? []).join('\n')
}

function spoken(who: Spoken['who'], text: string): Spoken[] {
  return text.trim() === '' ? [] : [{ who, text }]
}

function linesOf(text: string): unknown[] {
  return text.split('\n').map(parseJson)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
