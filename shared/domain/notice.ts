import { z } from 'zod'
import { UserId } from '../ids.ts'
import { Refusal } from '../refusal.ts'

/** Row `refused/<userId>/<clientId>/<mutationId>`: a mutation of this person that the server refused. Kept until dismissed. */
export const RefusedMutation = z.object({
  userId: UserId,
  clientId: z.string().max(64),
  mutationId: z.number().int(),
  name: z.string().max(80),
  /** The arguments, cut to 4,000 characters of JSON, so that nothing typed is lost. */
  args: z.string().max(4000),
  refusal: Refusal,
  at: z.number(),
})
export type RefusedMutation = z.infer<typeof RefusedMutation>
