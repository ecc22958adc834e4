import { createAuthEndpoint } from '@better-auth/core/api'
import { APIError } from '@better-auth/core/error'
import { setSessionCookie } from 'better-auth/cookies'
import { z } from 'zod'

/**
 * Opens a session for a person whom our own code has recognised (a redeemed link, a paired phone), with the cookie set as
 * for any other sign-in. Server only: it has no route.
 */
export function openSession() {
  return {
    id: 'drover-open-session',
    endpoints: {
      openSession: createAuthEndpoint.serverOnly(
        { method: 'POST', body: z.object({ userId: z.string(), activeOrganizationId: z.string().optional() }) },
        async (ctx) => {
          const user = await ctx.context.internalAdapter.findUserById(ctx.body.userId)
          if (!user) throw new APIError('NOT_FOUND', { message: 'no such user' })
          const team = ctx.body.activeOrganizationId
          const session = await ctx.context.internalAdapter.createSession(
            user.id,
            false,
            team === undefined ? undefined : { activeOrganizationId: team },
          )
          await setSessionCookie(ctx, { session, user })
          return ctx.json({ sessionId: session.id })
        },
      ),
    },
  }
}
