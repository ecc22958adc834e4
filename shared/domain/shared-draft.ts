import { z } from 'zod'
import { leftOutReasons, shareLimit } from '../share-limits.ts'

/** A piece that was handed over and not taken. Without a name it is the text itself. */
export const LeftOut = z.object({ name: z.string().max(200).optional(), why: z.enum(leftOutReasons) })
export type LeftOut = z.infer<typeof LeftOut>

/** What another app handed over, as the text of a run that nobody has started yet. It may say anything: a person reads it first. */
export const SharedDraft = z.object({
  text: z.string().max(shareLimit),
  leftOut: z.array(LeftOut).max(60),
})
export type SharedDraft = z.infer<typeof SharedDraft>
