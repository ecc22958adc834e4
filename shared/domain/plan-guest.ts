import { z } from 'zod'

/** UTF-16 units of the name that a guest gives. */
export const guestNameLimit = 60
/** Of one plan: what guests wrote in all, and open threads that they began. The team's own bounds leave room beside them. */
export const guestCommentsLimit = 1_000
export const guestThreadsLimit = 100

/** Controls, and signs that turn the direction of a text or are not seen: a name must not draw itself over what stands beside it. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Cn}]/u

export const GuestName = z
  .string()
  .trim()
  .min(1)
  .max(guestNameLimit)
  .refine((name) => !unseen.test(name), 'must be plain letters on one line')

/** Known on the guest's device alone; what they wrote is theirs by it. 32 random bytes in base64url. */
export const GuestToken = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be 43 letters of base64url')

/** Names a guest within one plan, and can't be turned back into their token. */
export const GuestId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{22}$/)
  .brand<'GuestId'>()
export type GuestId = z.infer<typeof GuestId>

/** Somebody with the plan's link. They are nobody of the team, whatever the name says. */
export const GuestAuthor = z.object({ kind: z.literal('guest'), guestId: GuestId, name: GuestName })
export type GuestAuthor = z.infer<typeof GuestAuthor>
