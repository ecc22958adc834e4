import { Hono } from 'hono'
import { z } from 'zod'
import { canManageTeam } from '#shared/domain/policies.ts'
import { Role } from '#shared/domain/team.ts'
import { refusal } from '#shared/refusal.ts'
import type { Auth } from '../auth/create-auth.ts'
import type { Environment } from '../middleware/environment.ts'
import { refuse } from '../middleware/errors.ts'
import { readBody } from '../middleware/json-body.ts'
import { answer } from './answers.ts'
import { TokenField } from './fields.ts'

const Create = z.object({ role: Role })
const Accept = z.object({ token: TokenField })
const NOT_ALLOWED = refusal('not_allowed', 'Only admins and owners manage invitations.')

/** Invitations of a team, and joining one with the account that is signed in. */
export function invitationRoutes(auth: Auth): Hono<Environment> {
  const { invitations, redemptions, teams } = auth.parts
  return new Hono<Environment>()
    .get('/teams/:teamId/invitations', async (c) => {
      if (!canManageTeam(c.var.actor.role)) return refuse(c, NOT_ALLOWED)
      return c.json({ invitations: await invitations.list(c.var.actor.teamId) })
    })
    .post('/teams/:teamId/invitations', async (c) => {
      if (!canManageTeam(c.var.actor.role)) return refuse(c, NOT_ALLOWED)
      const { role } = await readBody(c, Create)
      return answer(c, await invitations.create(c.var.actor, role), 201)
    })
    .delete('/teams/:teamId/invitations/:id', async (c) => {
      if (!canManageTeam(c.var.actor.role)) return refuse(c, NOT_ALLOWED)
      return answer(c, await invitations.revoke(c.var.actor, c.req.param('id')))
    })
    .post('/invitations/accept', async (c) => {
      const { token } = await readBody(c, Accept)
      const joined = await redemptions.joinAs(c.var.actor.userId, token)
      if (!joined.ok) return refuse(c, joined.error)
      await teams.choose(c.var.actor, joined.value)
      return c.json({ teamId: joined.value })
    })
}
