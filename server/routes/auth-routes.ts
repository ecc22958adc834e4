import { Hono } from 'hono'
import type { Auth } from '../auth/create-auth.ts'
import type { Environment } from '../middleware/environment.ts'
import { inTeam } from '../middleware/in-team.ts'
import { requireActor } from '../middleware/require-actor.ts'
import { signInRoutes } from './auth.ts'
import { deviceRoutes } from './devices.ts'
import { invitationRoutes } from './invitations.ts'
import { linkRoutes } from './links.ts'
import { meRoutes } from './me.ts'
import { pairingRoutes } from './pairing.ts'
import { passkeyRoutes } from './passkeys.ts'
import { runnerKeyRoutes } from './runner-keys.ts'
import { teamRoutes } from './teams.ts'

/** Everything about who somebody is, under `/api/v1`: what works without a session first, then what needs one. */
export function authRoutes(auth: Auth): Hono<Environment> {
  return new Hono<Environment>()
    .route('/', signInRoutes(auth))
    .route('/', linkRoutes(auth))
    .route('/', pairingRoutes(auth))
    .use('/me', requireActor(auth))
    .use('/me/*', requireActor(auth))
    .use('/devices', requireActor(auth))
    .use('/devices/*', requireActor(auth))
    .use('/teams', requireActor(auth))
    .use('/teams/*', requireActor(auth))
    .use('/teams/:teamId', inTeam(auth.parts.deps.database))
    .use('/teams/:teamId/*', inTeam(auth.parts.deps.database))
    .route('/', meRoutes(auth))
    .route('/', passkeyRoutes(auth))
    .route('/', deviceRoutes(auth))
    .route('/', teamRoutes(auth))
    .route('/', invitationRoutes(auth))
    .route('/', runnerKeyRoutes(auth))
}
