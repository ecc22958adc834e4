import { Hono } from 'hono'
import type { Auth } from '../auth/create-auth.ts'
import type { Environment } from '../middleware/environment.ts'
import { inTeam } from '../middleware/in-team.ts'
import { requireActor } from '../middleware/require-actor.ts'
import { requirePerson } from '../middleware/require-person.ts'
import { signInRoutes } from './auth.ts'
import { deviceRoutes } from './devices.ts'
import { invitationRoutes } from './invitations.ts'
import { linkRoutes } from './links.ts'
import { meRoutes, whoAmI } from './me.ts'
import { pairingRoutes } from './pairing.ts'
import { passkeyRoutes } from './passkeys.ts'
import { personalKeyRoutes } from './personal-keys.ts'
import { runnerKeyRoutes } from './runner-keys.ts'
import { teamRoutes } from './teams.ts'

/** `/me/*` is also `/me`. */
const signedIn = ['/me/*', '/teams/*', '/invitations/*', '/devices/*'] as const

/**
 * Everything about accounts and teams, to mount at `/api/v1` behind `clientAddress` and `limitBody`: what works without a session
 * first, then what needs one. Its own middleware touches only its own paths.
 */
export function authRoutes(auth: Auth): Hono<Environment> {
  const app = new Hono<Environment>()
  for (const open of [signInRoutes, linkRoutes, pairingRoutes]) app.route('/', open(auth))
  // A program that has a key asks whose it is; that is all that it may know of an account.
  app.get('/me', requirePerson(auth), whoAmI(auth))
  for (const path of signedIn) app.use(path, requireActor(auth))
  app.use('/teams/:teamId/*', inTeam(auth.parts.deps.database))
  const closed = [
    meRoutes,
    passkeyRoutes,
    personalKeyRoutes,
    teamRoutes,
    invitationRoutes,
    deviceRoutes,
    runnerKeyRoutes,
  ]
  for (const make of closed) app.route('/', make(auth))
  return app
}
