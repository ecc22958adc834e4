import type { ModelMessage } from 'ai'
import type { Turned } from '../model/conversation.ts'
import type { OwnTask } from '../tools/tasks.ts'

/** Share of a model's context that may be used before the conversation is made shorter. */
export const compactAt = 0.8
/** Share that the last messages may keep when it is. */
const keptShare = 0.25
const resultLength = 2_000

export const summaryInstructions =
  'You sum up a conversation between a person and a coding agent, so that the agent can go on from your text alone. Write in plain English, in this order: what the person wants, with every wish and limit that still holds, in their words where they matter; what was found out and decided, and why; which files were changed and how; what was tried and failed; what is in progress and what comes next. Keep names, paths, commands, numbers and error texts exact. No greeting, no comment.'

/** Which part of a conversation is summed up, and which stays as it is. */
export interface Cut {
  readonly old: readonly Turned[]
  readonly kept: readonly Turned[]
}

/** The newest messages that fit are kept, from a place where no answer of a tool is parted from its call. */
export function cutConversation(
  conversation: readonly Turned[],
  context: number,
  sizeOf: (messages: readonly Turned[]) => number,
): Cut {
  const room = context * keptShare
  let from = conversation.length
  let size = 0
  for (let at = conversation.length - 1; at > 0; at--) {
    const one = conversation[at]
    if (one === undefined) break
    size += sizeOf([one])
    if (size > room) break
    if (one.message.role !== 'tool') from = at
  }
  return { old: conversation.slice(0, from), kept: conversation.slice(from) }
}

/** What is to be summed up, as text: it fits whatever the model and whoever made the messages. */
export function transcriptOf(messages: readonly Turned[], mostChars: number): string {
  const lines = messages.flatMap(({ message }) => linesOf(message))
  const whole = lines.join('\n\n')
  if (whole.length <= mostChars) return whole
  // The first words are the task, and the end is where it stands.
  const head = whole.slice(0, Math.floor(mostChars * 0.3))
  const tail = whole.slice(-Math.floor(mostChars * 0.7))
  return `${head.toWellFormed()}\n\n[… a part is left out …]\n\n${tail.toWellFormed()}`
}

function linesOf(message: ModelMessage): string[] {
  if (typeof message.content === 'string') return [`${speaker(message.role)}: ${message.content}`]
  return message.content.flatMap((part) => {
    switch (part.type) {
      case 'text':
        return [`${speaker(message.role)}: ${part.text}`]
      case 'tool-call':
        return [`Agent called ${part.toolName}: ${JSON.stringify(part.input).slice(0, resultLength)}`]
      case 'tool-result':
        return [`${part.toolName} answered: ${outputText(part.output).slice(0, resultLength)}`]
      case 'reasoning':
        return []
      default:
        return [`${speaker(message.role)}: [${part.type}]`]
    }
  })
}

function outputText(output: { type: string; value?: unknown }): string {
  if (typeof output.value === 'string') return output.value
  if (!Array.isArray(output.value)) return JSON.stringify(output.value ?? output.type)
  return output.value
    .map((one: { type: string; text?: string }) => (one.type === 'text' ? (one.text ?? '') : `[${one.type}]`))
    .join('\n')
}

function speaker(role: ModelMessage['role']): string {
  return role === 'user' ? 'Person' : 'Agent'
}

/** The conversation after it was made shorter: the summary, the list of tasks, then what was kept. */
export function compacted(summary: string, tasks: readonly OwnTask[], kept: readonly Turned[]): Turned[] {
  const list = tasks.map(({ text, status }) => `- [${status}] ${text}`).join('\n')
  const content = [
    'The conversation so far was made shorter. This is what happened before:',
    `<summary>\n${summary.trim()}\n</summary>`,
    ...(list === '' ? [] : [`The list of tasks as it stands:\n${list}`]),
    'Go on from here. What you need of a file, read again.',
  ].join('\n\n')
  return [{ message: { role: 'user', content } }, ...kept]
}
