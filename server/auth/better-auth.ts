import { apiKey } from '@better-auth/api-key'
import { passkey } from '@better-auth/passkey'
import { betterAuth } from 'better-auth'
import { drizzleAdapter } from 'better-auth/adapters/drizzle'
import { organization } from 'better-auth/plugins'
import { isPasskeyHost } from './addresses.ts'
import { authTables } from './tables.ts'
import type { PasskeyCeremony } from './passkey-ceremony.ts'
import type { AuthDeps } from './ports.ts'
import { accessControl, teamRoles } from './roles.ts'
import { openSession } from './session-plugin.ts'
import { MAX_PASSWORD, MIN_PASSWORD } from '#shared/domain/password.ts'

/** A session ends after this long without use. */
export const SESSION_SECONDS = 60 * 24 * 60 * 60
/** Where our own code puts the address of the client, for better-auth to store with the session. */
export const ADDRESS_HEADER = 'x-drover-client'
export const KEY_PREFIX = 'drv_'
export const COOKIE_PREFIX = 'drover'

export type BetterAuth = ReturnType<typeof createBetterAuth>

/**
 * better-auth as we use it: passwords, passkeys, sessions, agent keys and their tables. Its own HTTP routes are never
 * mounted; ours call `api.…` one by one, so that nothing is open that we did not open.
 */
export function createBetterAuth(
  deps: Pick<AuthDeps, 'database' | 'publicUrl' | 'secret' | 'log'>,
  ceremony: PasskeyCeremony,
) {
  const { publicUrl, secret, log } = deps
  return betterAuth({
    appName: 'Drover',
    baseURL: publicUrl.origin,
    basePath: '/api/auth',
    // Both: with `secret` alone, BETTER_AUTH_SECRETS of the environment would win over it.
    secret,
    secrets: [{ version: 1, value: secret }],
    trustedOrigins: [publicUrl.origin],
    database: drizzleAdapter(deps.database.drizzle, { provider: 'pg', schema: authTables }),
    telemetry: { enabled: false },
    logger: {
      level: 'error',
      log: (level, message) => {
        if (level === 'error') log.error({ part: 'better-auth' }, message)
      },
    },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      autoSignIn: false,
      minPasswordLength: MIN_PASSWORD,
      maxPasswordLength: MAX_PASSWORD,
    },
    user: { changeEmail: { enabled: false }, deleteUser: { enabled: false } },
    account: { accountLinking: { enabled: false } },
    session: { expiresIn: SESSION_SECONDS, updateAge: 24 * 60 * 60, cookieCache: { enabled: false } },
    // Used and expired links stay for a while, so that the page can say which it was; `one-time-links.ts` cleans up.
    verification: { disableCleanup: true, storeIdentifier: 'hashed' },
    // Ours, in `rate-limits.ts`: better-auth's counts requests of its own routes only, and by the real clock.
    rateLimit: { enabled: false },
    advanced: {
      cookiePrefix: COOKIE_PREFIX,
      useSecureCookies: publicUrl.protocol === 'https:',
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/' },
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
      disableCSRFCheck: false,
      disableOriginCheck: false,
    },
    plugins: [
      organization({
        ac: accessControl,
        roles: teamRoles,
        creatorRole: 'owner',
        allowUserToCreateOrganization: false,
        membershipLimit: 1000,
      }),
      passkey({
        rpID: isPasskeyHost(publicUrl) ? publicUrl.hostname : 'localhost',
        rpName: 'Drover',
        origin: publicUrl.origin,
        // A passkey is all one needs to sign in, so the device must have checked who holds it.
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        registration: {
          requireSession: false,
          resolveUser: ceremony.resolveUser,
          afterVerification: ceremony.afterRegistration,
        },
        authentication: { afterVerification: ceremony.afterAuthentication },
      }),
      apiKey({
        references: 'organization',
        defaultPrefix: KEY_PREFIX,
        requireName: true,
        minimumNameLength: 1,
        maximumNameLength: 80,
        enableMetadata: true,
        enableSessionForAPIKeys: false,
        startingCharactersConfig: { shouldStore: true, charactersLength: KEY_PREFIX.length + 4 },
        // Its default is ten uses a day; a runner that reconnects needs more.
        rateLimit: { enabled: false },
      }),
      openSession(),
    ],
  })
}
