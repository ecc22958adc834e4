import { getAuthenticatorName } from '@better-auth/passkey'
import { Hono } from 'hono'
import type { Context } from 'hono'
import { z } from 'zod'
import { refusal } from '#shared/refusal.ts'
import { isPasskeyHost } from '../auth/addresses.ts'
import { callHeaders } from '../auth/calls.ts'
import type { Auth } from '../auth/create-auth.ts'
import { deviceName } from '../auth/device-name.ts'
import { refusable } from '../auth/transaction.ts'
import type { Environment } from '../middleware/environment.ts'
import { refuse } from '../middleware/errors.ts'
import { isFresh, refuseStaleSignIn } from '../middleware/fresh-sign-in.ts'
import { readBody } from '../middleware/json-body.ts'
import { err, ok } from '#shared/result.ts'
import { answer, passCookies } from './answers.ts'
import { NameField, RegistrationAnswer } from './fields.ts'

const Answer = z.object({ response: RegistrationAnswer })
const Rename = z.object({ name: NameField })
const UNKNOWN = refusal('not_found', 'This passkey is removed already.')
const MOST_PASSKEYS = 25

/** The ways in of the signed-in person: a password or not, and passkeys. */
export function passkeyRoutes(auth: Auth): Hono<Environment> {
  const { better, deps } = auth.parts
  const { database, now } = deps
  const headersOf = (c: Context<Environment>) =>
    callHeaders({ from: c.req.raw.headers, address: c.var.address, origin: deps.publicUrl.origin, session: 'with' })

  return new Hono<Environment>()
    .get('/me/ways-in', async (c) => {
      const { userId } = c.var.actor
      const rows = await database.query<Row>(
        'select id, name, created_at, aaguid, backed_up from passkey where user_id = $1 order by created_at desc, id',
        [userId],
      )
      const passkeys = rows.map((row) => ({
        id: row.id,
        name: row.name || getAuthenticatorName(row.aaguid) || 'Passkey',
        createdAt: row.created_at?.getTime(),
        /** Kept in an account of its maker, so that other devices have it too. */
        synced: row.backed_up,
      }))
      return c.json({
        password: await hasPassword(userId),
        passkeys,
        passkeysWork: isPasskeyHost(deps.publicUrl),
        fresh: isFresh(c.var.actor, now()),
      })
    })

    .post('/me/passkeys/options', async (c) => {
      if (!isFresh(c.var.actor, now())) return refuseStaleSignIn(c)
      const [row] = await database.query<{ count: number }>(
        'select count(*)::int as count from passkey where user_id = $1',
        [c.var.actor.userId],
      )
      if ((row?.count ?? 0) >= MOST_PASSKEYS)
        return refuse(c, refusal('too_many', `An account can have ${MOST_PASSKEYS} passkeys. Remove one first.`))
      const response = await better.api.generatePasskeyRegistrationOptions({
        query: {},
        headers: headersOf(c),
        asResponse: true,
      })
      passCookies(c, response)
      return c.json(await response.json())
    })

    .post('/me/passkeys', async (c) => {
      if (!isFresh(c.var.actor, now())) return refuseStaleSignIn(c)
      const { response: given } = await readBody(c, Answer)
      const name = deviceName(c.req.header('user-agent')).name
      const response = await better.api.verifyPasskeyRegistration({
        body: { response: given, name },
        headers: headersOf(c),
        asResponse: true,
      })
      if (!response.ok) return refuse(c, refusal('invalid', 'The passkey could not be checked. Try again.'))
      passCookies(c, response)
      return c.json({}, 201)
    })

    .patch('/me/passkeys/:id', async (c) => {
      const { name } = await readBody(c, Rename)
      const rows = await database.query('update passkey set name = $3 where id = $1 and user_id = $2 returning id', [
        c.req.param('id'),
        c.var.actor.userId,
        name,
      ])
      return answer(c, rows.length > 0 ? ok() : err(UNKNOWN))
    })

    .delete('/me/passkeys/:id', async (c) => {
      const { actor } = c.var
      if (!isFresh(actor, now())) return refuseStaleSignIn(c)
      const removed = await refusable(database, async (tx) => {
        await tx.query('select 1 from "user" where id = $1 for update', [actor.userId])
        const rows = await tx.query('delete from passkey where id = $1 and user_id = $2 returning id', [
          c.req.param('id'),
          actor.userId,
        ])
        if (rows.length === 0) return err(UNKNOWN)
        const [left] = await tx.query<{ ways: number }>(
          `select (select count(*) from passkey where user_id = $1)::int +
             (select count(*) from account where user_id = $1 and provider_id = 'credential' and password is not null)::int as ways`,
          [actor.userId],
        )
        return (left?.ways ?? 0) > 0
          ? ok()
          : err(refusal('conflict', 'This is your only way to sign in. Set a password or add another passkey first.'))
      })
      return answer(c, removed)
    })

  async function hasPassword(userId: string): Promise<boolean> {
    const rows = await database.query(
      "select 1 from account where user_id = $1 and provider_id = 'credential' and password is not null",
      [userId],
    )
    return rows.length > 0
  }
}

type Row = { id: string; name: string | null; created_at: Date | null; aaguid: string | null; backed_up: boolean }
