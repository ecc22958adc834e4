import { z } from 'zod'
import { wholeText, type BoundedText } from './bounded-text.ts'
import type { PermissionAnswer } from './permission.ts'
import type { EntryBody } from './transcript.ts'

/** One thing that a person or the agent said. `n`: the place of its entry in the transcript; absent in what an older runner kept. */
export const Said = z.object({ who: z.enum(['user', 'agent']), text: z.string(), n: z.number().int().optional() })
export type Said = z.infer<typeof Said>

/** UTF-16 units of conversation that a new session is told. */
export const conversationLimit = 24_000

/**
 * What an entry adds to a conversation that is told to somebody who was not there: messages, and what people answered to questions where that says
 * more than "yes". `undefined`: nothing, or nothing yet.
 */
export function saidIn(body: EntryBody): Omit<Said, 'n'> | undefined {
  switch (body.kind) {
    case 'user':
      return saying('user', textOf(body.text))
    case 'message':
      return body.done ? saying('agent', textOf(body.text)) : undefined
    case 'permission': {
      const { outcome } = body
      if (outcome?.kind !== 'answered' || outcome.by === undefined) return undefined
      return saying('user', answerOf(outcome.answer, { line: body.line, option: outcome.option }))
    }
    default:
      return undefined
  }
}

/**
 * The conversation with one more part, in the order of the transcript; a part that is told again replaces itself. Over the limit the agent's oldest
 * words go first, since what people asked for still holds.
 */
export function withSaid(conversation: readonly Said[], said: Said): Said[] {
  const all = conversation.filter(({ n }) => n === undefined || n !== said.n)
  const at = all.findIndex(({ n = 0 }) => said.n !== undefined && n > said.n)
  all.splice(at === -1 ? all.length : at, 0, said)
  let units = all.reduce((sum, { text }) => sum + text.length, 0)
  while (units > conversationLimit && all.length > 1) {
    const lastOfAgent = all.findLastIndex(({ who }) => who === 'agent')
    const oldest = all.findIndex(({ who }, index) => who === 'agent' && index !== lastOfAgent)
    const [gone] = all.splice(Math.max(0, oldest), 1)
    units -= gone?.text.length ?? 0
  }
  return all
}

function saying(who: Said['who'], text: string): Omit<Said, 'n'> | undefined {
  return text.trim() === '' ? undefined : { who, text }
}

function textOf(text: BoundedText): string {
  return wholeText(text) ?? `${text.head}\n[…]\n${text.tail}`
}

function answerOf(
  { kind, message = '' }: PermissionAnswer,
  { line, option }: { line: string; option: string | undefined },
): string {
  const words = message.trim()
  switch (kind) {
    case 'deny':
      return words === '' ? `I denied this: ${line}` : `I denied this: ${line}\n${words}`
    case 'option':
      return option === undefined ? words : `To “${line}” I answered: ${option}${words === '' ? '' : `\n${words}`}`
    default:
      return words
  }
}
