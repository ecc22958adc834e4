import { usdWords } from '#shared/domain/budget.ts'
import type { UserId } from '#shared/ids.ts'

/** `2026-11` as "November". */
export function monthWords(month: string): string {
  return new Intl.DateTimeFormat('en', { month: 'long', timeZone: 'UTC' }).format(new Date(`${month}-15T00:00:00Z`))
}

export function spentWords(whose: UserId | undefined, usd: number, limitUsd: number, month: string): string {
  const of = `${usdWords(usd)} of ${usdWords(limitUsd)} for ${monthWords(month)}`
  const subject = whose === undefined ? 'The team has' : 'You have'
  return usd >= limitUsd
    ? `${subject} spent ${of}. Runs wait until an admin raises the limit.`
    : `${subject} spent ${of}.`
}
