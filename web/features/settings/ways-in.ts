import { z } from 'zod'

/** `GET /me/ways-in`: how this person can sign in. `fresh`: they signed in lately enough to change that. */
export const WaysIn = z.object({
  password: z.boolean(),
  passkeys: z.array(
    z.object({ id: z.string(), name: z.string(), createdAt: z.number().optional(), synced: z.boolean() }),
  ),
  passkeysWork: z.boolean(),
  fresh: z.boolean(),
})
export type WaysIn = z.infer<typeof WaysIn>
