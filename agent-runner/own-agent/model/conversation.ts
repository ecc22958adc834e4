import type { AssistantModelMessage, ModelMessage } from 'ai'

/** One message of the conversation as the model is sent it. */
export interface Turned {
  readonly message: ModelMessage
  /** Whose answer it is, by the choice's wire and server: what a provider adds to its answers is for itself alone. */
  readonly by?: string | undefined
}

/** Pictures that a conversation holds; of older ones only a word is left. */
const mostImages = 12

/** The conversation for a model: without what another provider added to its own answers. */
export function messagesFor(conversation: readonly Turned[], by: string): ModelMessage[] {
  return conversation.map(({ message, by: author }) =>
    author === undefined || author === by ? message : plain(message),
  )
}

/** The conversation with its newest pictures alone. */
export function newestImages(conversation: readonly Turned[]): Turned[] {
  let images = 0
  return conversation
    .toReversed()
    .map((one) => ({ ...one, message: withoutOldImages(one.message, () => ++images > mostImages) }))
    .toReversed()
}

function plain(message: ModelMessage): ModelMessage {
  if (message.role !== 'assistant' || typeof message.content === 'string') return message
  const kept = message.content.flatMap((part): Exclude<AssistantModelMessage['content'], string> => {
    if (part.type === 'text') return [{ type: 'text', text: part.text }]
    if (part.type !== 'tool-call') return []
    const { toolCallId, toolName, input } = part
    return [{ type: 'tool-call', toolCallId, toolName, input }]
  })
  return { role: 'assistant', content: kept.length === 0 ? [{ type: 'text', text: '(no text)' }] : kept }
}

function withoutOldImages(message: ModelMessage, isOld: () => boolean): ModelMessage {
  if (message.role === 'user' && typeof message.content !== 'string') {
    const content = message.content.map((part) =>
      part.type !== 'text' && isOld() ? { type: 'text' as const, text: '[an older picture, not sent again]' } : part,
    )
    return { ...message, content }
  }
  if (message.role !== 'tool') return message
  const content = message.content.map((part) => {
    if (part.type !== 'tool-result' || part.output.type !== 'content') return part
    const value = part.output.value.map((one) =>
      one.type !== 'text' && isOld() ? { type: 'text' as const, text: '[an older picture, not sent again]' } : one,
    )
    return { ...part, output: { ...part.output, value } }
  })
  return { ...message, content }
}

/** A rough count of tokens, for what was added since the model last counted. */
export function roughTokens(messages: readonly Turned[]): number {
  let chars = 0
  for (const { message } of messages) chars += textLength(message.content)
  return Math.ceil(chars / 3.5)
}

function textLength(content: ModelMessage['content']): number {
  if (typeof content === 'string') return content.length
  let length = 0
  for (const part of content) {
    if (part.type === 'text' || part.type === 'reasoning') length += part.text.length
    else if (part.type === 'tool-call') length += JSON.stringify(part.input ?? '').length
    else if (part.type === 'tool-result' && part.output.type === 'content')
      for (const one of part.output.value) length += one.type === 'text' ? one.text.length : 5_000
    else if (part.type === 'tool-result') length += JSON.stringify(part.output).length
    else length += 5_000
  }
  return length
}
