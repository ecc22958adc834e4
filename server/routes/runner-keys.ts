import { Hono } from 'hono'
import { z } from 'zod'
import type { Auth } from '../auth/create-auth.ts'
import type { Environment } from '../middleware/environment.ts'
import { refuse } from '../middleware/errors.ts'
import { readBody } from '../middleware/json-body.ts'
import { answer } from './answers.ts'
import { NameField } from './fields.ts'

const Named = z.object({ name: NameField })

/** Agent keys of a team. */
export function runnerKeyRoutes(auth: Auth): Hono<Environment> {
  const { runnerKeys } = auth.parts
  return new Hono<Environment>()
    .get('/teams/:teamId/runner-keys', async (c) => {
      const keys = await runnerKeys.list(c.var.actor)
      return keys.ok ? c.json({ keys: keys.value }) : refuse(c, keys.error)
    })
    .post('/teams/:teamId/runner-keys', async (c) => {
      const { name } = await readBody(c, Named)
      return answer(c, await runnerKeys.create(c.var.actor, name), 201)
    })
    .delete('/teams/:teamId/runner-keys/:id', async (c) =>
      answer(c, await runnerKeys.revoke(c.var.actor, c.req.param('id'))),
    )
}
