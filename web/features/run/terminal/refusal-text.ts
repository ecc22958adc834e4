import type { Refusal } from '#shared/refusal.ts'
import { terminalWords } from '../../../words/terminal.ts'

export function refusalText({ code, detail }: Refusal): string {
  const words = terminalWords.refused
  if (code === 'conflict' || code === 'expired' || code === 'not_found' || code === 'stale' || code === 'not_allowed')
    return words[code]
  return words.other(detail ?? code)
}
