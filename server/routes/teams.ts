import { Hono } from 'hono'
import { z } from 'zod'
import { Role } from '#shared/domain/team.ts'
import { UserId } from '#shared/ids.ts'
import { refusal } from '#shared/refusal.ts'
import { readMembers } from '../auth/accounts.ts'
import type { Auth } from '../auth/create-auth.ts'
import type { Environment } from '../middleware/environment.ts'
import { refuse } from '../middleware/errors.ts'
import { readBody } from '../middleware/json-body.ts'
import { answer } from './answers.ts'
import { NameField } from './fields.ts'

const Named = z.object({ name: NameField })
const ChangeRole = z.object({ role: Role })

/** Teams and their members. Paths with `:teamId` have passed `inTeam`. */
export function teamRoutes(auth: Auth): Hono<Environment> {
  const { teams, deps } = auth.parts
  return new Hono<Environment>()
    .post('/teams', async (c) => {
      const { name } = await readBody(c, Named)
      const made = await teams.create(c.var.actor, name)
      return made.ok ? c.json({ id: made.value, name }, 201) : refuse(c, made.error)
    })
    .patch('/teams/:teamId', async (c) => {
      const { name } = await readBody(c, Named)
      return answer(c, await teams.rename(c.var.actor, name))
    })
    .get('/teams/:teamId/members', async (c) =>
      c.json({ members: await readMembers(deps.database, c.var.actor.teamId) }),
    )
    .patch('/teams/:teamId/members/:userId', async (c) => {
      const userId = UserId.safeParse(c.req.param('userId'))
      const { role } = await readBody(c, ChangeRole)
      return userId.success
        ? answer(c, await teams.changeRole(c.var.actor, userId.data, role))
        : refuse(c, refusal('invalid'))
    })
    .delete('/teams/:teamId/members/:userId', async (c) => {
      const userId = UserId.safeParse(c.req.param('userId'))
      return userId.success ? answer(c, await teams.remove(c.var.actor, userId.data)) : refuse(c, refusal('invalid'))
    })
}
