import type { MiddlewareHandler } from 'hono'
import { TeamId } from '#shared/ids.ts'
import { refusal } from '#shared/refusal.ts'
import { roleIn } from '../auth/accounts.ts'
import type { Database } from '../db/database.ts'
import type { Environment } from './environment.ts'
import { refuse } from './errors.ts'

/** For paths with `:teamId`: the actor acts in that team, with their role there. Who is not in it is told that there is none. */
export function inTeam(database: Database): MiddlewareHandler<Environment> {
  return async (c, next) => {
    const teamId = TeamId.safeParse(c.req.param('teamId'))
    const role = teamId.success ? await roleIn(database, teamId.data, c.var.actor.userId) : undefined
    if (!teamId.success || role === undefined) return refuse(c, refusal('not_found', 'You are in no such team.'))
    c.set('actor', { ...c.var.actor, teamId: teamId.data, role })
    return await next()
  }
}
