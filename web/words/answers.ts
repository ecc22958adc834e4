import type { PermissionAnswer, PermissionRequest, ProfileRuling } from '#shared/domain/permission.ts'
import { clockWords } from './time.ts'

/** What a list of questions needs too, apart from the words of a whole run. */
export const askWords = {
  allowOnce: 'Allow once',
  lapsed: 'The run ended before anyone answered',
} as const

/** A question that the run's profile answered. */
export function ruledWords({ decision, profile }: ProfileRuling, at: number): string {
  return `${decision === 'allow' ? 'Allowed' : 'Denied'} by the profile ${profile}, ${clockWords(at)}`
}

/** "You allowed this once, 14:04", "Jonas chose “Skip it”, 14:03". `option`: the words of the choice, where they are known. */
export function answeredWords(who: string, answer: PermissionAnswer, at: number, option?: string): string {
  const time = clockWords(at)
  switch (answer.kind) {
    case 'allow_once':
      return `${who} allowed this once, ${time}`
    case 'allow_similar':
      return `${who} allowed this and similar in this run, ${time}`
    case 'deny':
      return answer.message === undefined ? `${who} denied this, ${time}` : `${who} denied this with a message, ${time}`
    case 'option':
      return option === undefined ? `${who} answered this, ${time}` : `${who} chose “${option}”, ${time}`
  }
}

/** The words of the harness's own choice that was taken. */
export function optionWords(request: Pick<PermissionRequest, 'options'>, answer: PermissionAnswer): string | undefined {
  return request.options.find((option) => option.optionId === answer.optionId)?.name
}
