import type { ModelMessage, ToolModelMessage, UserModelMessage } from 'ai'

/** How a model is shown pictures: where they stand, in a message after a tool's answer, or not at all. */
export type PictureWay = 'inPlace' | 'beside' | 'none'

type UserPart = Exclude<UserModelMessage['content'], string>[number]

const unseen = '[a picture, which this model can’t be shown]'

/**
 * Chat Completions has no place for a picture in a tool's answer, where the AI SDK would write it out as text; so it comes in a message of
 * its own behind it.
 */
export function withPictures(messages: readonly ModelMessage[], way: PictureWay): ModelMessage[] {
  if (way === 'inPlace') return [...messages]
  return messages.flatMap((message) => {
    if (message.role === 'tool') return splitAnswer(message, way)
    if (message.role !== 'user' || way !== 'none' || typeof message.content === 'string') return [message]
    const content = message.content.map((part): UserPart =>
      part.type === 'text' ? part : { type: 'text', text: unseen },
    )
    return [{ ...message, content }]
  })
}

function splitAnswer(message: ToolModelMessage, way: PictureWay): ModelMessage[] {
  const pictures: UserPart[] = []
  const content = message.content.map((part) => {
    if (part.type !== 'tool-result' || part.output.type !== 'content') return part
    const texts = part.output.value.map((one) => {
      if (one.type === 'text') return one.text
      if (one.type !== 'file' || way === 'none') return unseen
      pictures.push({ type: 'file', data: one.data, mediaType: one.mediaType })
      return '[the picture comes in the next message]'
    })
    return { ...part, output: { type: 'text' as const, value: texts.join('\n') } }
  })
  const answer: ModelMessage = { ...message, content }
  if (pictures.length === 0) return [answer]
  return [answer, { role: 'user', content: [{ type: 'text', text: 'What the tools showed:' }, ...pictures] }]
}
