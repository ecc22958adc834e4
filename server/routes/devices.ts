import { Hono } from 'hono'
import type { Auth } from '../auth/create-auth.ts'
import type { Environment } from '../middleware/environment.ts'
import { answer } from './answers.ts'

/** The browsers in which the person is signed in. */
export function deviceRoutes(auth: Auth): Hono<Environment> {
  const { devices } = auth.parts
  return new Hono<Environment>()
    .get('/devices', async (c) => c.json({ devices: await devices.list(c.var.actor) }))
    .delete('/devices/:id', async (c) => answer(c, await devices.revoke(c.var.actor, c.req.param('id'))))
    .post('/devices/revoke-others', async (c) => c.json({ devicesSignedOut: await devices.revokeOthers(c.var.actor) }))
}
