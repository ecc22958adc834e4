import { Hono } from 'hono'
import { z } from 'zod'
import { personalKeyDaysLimit } from '#shared/domain/personal-key.ts'
import type { Auth } from '../auth/create-auth.ts'
import type { Environment } from '../middleware/environment.ts'
import { isFresh, refuseStaleSignIn } from '../middleware/fresh-sign-in.ts'
import { readBody } from '../middleware/json-body.ts'
import { answer } from './answers.ts'
import { NameField } from './fields.ts'

const NewKey = z.object({
  name: NameField,
  /** Until it ends; absent: it has no end. */
  days: z
    .number()
    .int('Give a whole number of days.')
    .min(1, 'A key holds for one day at least.')
    .max(personalKeyDaysLimit, `A key holds for ${personalKeyDaysLimit} days at most, or has no end.`)
    .optional(),
})

/** A person's own keys, for programs that act as them. A key opens none of these routes: it can't make another. */
export function personalKeyRoutes(auth: Auth): Hono<Environment> {
  const { personalKeys, deps } = auth.parts
  return new Hono<Environment>()
    .get('/me/keys', async (c) => c.json({ keys: await personalKeys.list(c.var.actor) }))
    .post('/me/keys', async (c) => {
      if (!isFresh(c.var.actor, deps.now())) return refuseStaleSignIn(c)
      const { name, days } = await readBody(c, NewKey)
      return answer(c, await personalKeys.create(c.var.actor, { name, days }), 201)
    })
    .delete('/me/keys/:id', async (c) => answer(c, await personalKeys.revoke(c.var.actor, c.req.param('id'))))
}
