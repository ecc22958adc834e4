import { refusal } from '#shared/refusal.ts'
import type { Refusal } from '#shared/refusal.ts'
import { err, ok } from '#shared/result.ts'
import type { Result } from '#shared/result.ts'
import type { Database } from '../db/database.ts'
import { createOneTimeLinks } from './one-time-links.ts'
import type { AuthDeps } from './ports.ts'

const WELCOME_LIFE_MS = 24 * 60 * 60_000
const RESET_LIFE_MS = 60 * 60_000

type Deps = Pick<AuthDeps, 'publicUrl' | 'now' | 'randomBytes'> & {
  readonly database: Pick<Database, 'kind' | 'query' | 'tx'>
}
export type AdminLink = { readonly url: string; readonly expiresAt: number }

/**
 * The one-time link for the first account: a new one at each start for as long as nobody has an account; `undefined` afterwards. It
 * replaces the one of the start before, unless other servers may share the database: what they have printed must go on working.
 */
export async function firstStartLink(deps: Deps): Promise<AdminLink | undefined> {
  const links = createOneTimeLinks(deps)
  return await deps.database.tx(async (tx) => {
    if (deps.database.kind === 'embedded') await links.revoke(tx, 'welcome')
    if ((await tx.query('select 1 from "user" limit 1')).length > 0) return undefined
    const link = await links.create(tx, 'welcome', { lifeMs: WELCOME_LIFE_MS })
    return { url: `${deps.publicUrl.origin}/welcome#token=${link.token}`, expiresAt: link.expiresAt }
  })
}

/** A one-time link with which a locked-out person sets a new password or passkey. An older one of theirs ends. */
export async function adminResetLink(deps: Deps, email: string): Promise<Result<AdminLink, Refusal>> {
  const links = createOneTimeLinks(deps)
  const [person] = await deps.database.query<{ id: string }>('select id from "user" where email = $1', [
    email.trim().toLowerCase(),
  ])
  if (!person) return err(refusal('not_found', `Nobody here has the email ${email}.`))
  return await deps.database.tx(async (tx) => {
    await links.revoke(tx, 'reset', person.id)
    const link = await links.create(tx, 'reset', { lifeMs: RESET_LIFE_MS, subject: person.id })
    return ok({ url: `${deps.publicUrl.origin}/sign-in#reset=${link.token}`, expiresAt: link.expiresAt })
  })
}
