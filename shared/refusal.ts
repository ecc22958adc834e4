import { z } from 'zod'

/**
 * Why something that was asked for did not happen. The codes are a closed set; the words for people live in
 * the client (`web/words`), `detail` only carries facts (a name, a limit, a time).
 */
export const refusalCodes = [
  'not_allowed',
  'not_found',
  'invalid',
  'too_large',
  'too_many',
  'already_answered',
  'stale',
  'expired',
  'run_ended',
  'run_busy',
  'no_runner',
  'conflict',
  'unknown_mutation',
  'protocol_too_old',
  'rate_limited',
  'internal',
] as const

export const RefusalCode = z.enum(refusalCodes)
export type RefusalCode = z.infer<typeof RefusalCode>

export const Refusal = z.object({
  code: RefusalCode,
  /** Facts for the sentence, in English, safe to show. */
  detail: z.string().max(500).optional(),
})
export type Refusal = z.infer<typeof Refusal>

export function refusal(code: RefusalCode, detail?: string): Refusal {
  return detail === undefined ? { code } : { code, detail }
}
