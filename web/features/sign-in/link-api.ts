import { z } from 'zod'
import { Role } from '#shared/domain/team.ts'
import { err, type Result } from '#shared/result.ts'
import { Nothing, request, type ApiProblem } from '../../state/account-api.ts'
import { createPasskey } from '../../state/passkey.ts'
import { passkeyProblems } from '../../words/auth.ts'

/** What the server tells of a link before it is used. */
export const LinkView = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('welcome'), expiresAt: z.number() }),
  z.object({
    kind: z.literal('invite'),
    expiresAt: z.number(),
    offer: z.object({ teamName: z.string(), role: Role, invitedBy: z.string() }),
  }),
  z.object({
    kind: z.literal('reset'),
    expiresAt: z.number(),
    person: z.object({ name: z.string(), email: z.string() }),
  }),
])
export type LinkView = z.infer<typeof LinkView>

export const AuthState = z.object({ firstStart: z.boolean(), passkeys: z.boolean(), server: z.string() })
export type AuthState = z.infer<typeof AuthState>

/** What a link is used with. */
export type LinkStep =
  | { readonly kind: 'welcome' | 'invite'; readonly token: string; readonly name: string; readonly email: string }
  | { readonly kind: 'reset'; readonly token: string; readonly signOutOthers: boolean }

export const readAuthState = () => request(AuthState, 'GET', '/auth/state')
export const lookAtLink = (kind: LinkView['kind'], token: string) =>
  request(LinkView, 'POST', '/auth/links/look', { kind, token })

export const redeemWithPassword = (step: LinkStep, password: string) =>
  request(Nothing, 'POST', '/auth/links/password', { step, password })

/** Makes a passkey for the link's account; the account comes to be once the server has checked it. */
export async function redeemWithPasskey(step: LinkStep): Promise<Result<object, ApiProblem>> {
  const options = await request(z.looseObject({}), 'POST', '/auth/links/passkey/options', { step })
  if (!options.ok) return options
  const made = await createPasskey(options.value)
  if (!made.ok) return err({ code: 'invalid', error: passkeyProblems[made.error] })
  return await request(Nothing, 'POST', '/auth/links/passkey/verify', { step, response: made.value })
}

/** The token of a link: in the fragment, which browsers never send. */
export function tokenFromHash(name: 'token' | 'reset' = 'token'): string | undefined {
  return new URLSearchParams(window.location.hash.slice(1)).get(name) ?? undefined
}
