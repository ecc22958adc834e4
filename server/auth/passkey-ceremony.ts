import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import { APIError } from '@better-auth/core/error'
import type { PasskeyOptions } from '@better-auth/passkey'
import type { Refusal } from '#shared/refusal.ts'
import type { Redeemer, Redemption } from './redemption.ts'

type Registration = NonNullable<PasskeyOptions['registration']>
type Authentication = NonNullable<PasskeyOptions['authentication']>

export type PasskeyCeremony = {
  /** Runs one call of better-auth as a step of a link. Throws `CeremonyRefused` with the reason why the link won't do. */
  during<T>(step: Redemption, call: () => Promise<T>): Promise<T>
  /** Says who turns links into accounts; once, before the first call. */
  attach(redeemer: Redeemer): void
  readonly resolveUser: NonNullable<Registration['resolveUser']>
  readonly afterRegistration: NonNullable<Registration['afterVerification']>
  readonly afterAuthentication: NonNullable<Authentication['afterVerification']>
}

type Step = { readonly redemption: Redemption; refused?: Refusal }

/** A link that was refused in the middle of a passkey's ceremony. */
export class CeremonyRefused extends Error {
  override readonly name = 'CeremonyRefused'
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super(refusal.detail ?? refusal.code)
    this.refusal = refusal
  }
}

/**
 * What happens around better-auth's passkey calls. An account whose first credential is a passkey comes to be only when the passkey
 * has been verified, so that an interrupted ceremony leaves neither an account without a way in, nor a used link.
 */
export function createPasskeyCeremony(): PasskeyCeremony {
  const steps = new AsyncLocalStorage<Step>()
  let redeemer: Redeemer | undefined

  return {
    attach(given) {
      redeemer = given
    },

    async during(redemption, call) {
      const step: Step = { redemption }
      try {
        const result = await steps.run(step, call)
        if (step.refused) throw new CeremonyRefused(step.refused)
        return result
      } catch (error) {
        throw step.refused ? new CeremonyRefused(step.refused) : error
      }
    },

    async resolveUser() {
      const redemption = steps.getStore()?.redemption
      if (!redemption) throw new APIError('UNAUTHORIZED', { message: 'nobody is signed in' })
      if (redemption.kind === 'reset') {
        const id = await redeemer?.subject(redemption)
        if (id === undefined) throw new APIError('UNAUTHORIZED', { message: 'the link has ended' })
        return { id, name: id }
      }
      return { id: prospectiveId(redemption), name: redemption.email, displayName: redemption.name }
    },

    async afterRegistration({ user, verification }) {
      requireUserVerified(verification.registrationInfo?.userVerified)
      const step = steps.getStore()
      if (!step) return undefined
      const { redemption } = step
      const begunFor = redemption.kind === 'reset' ? await redeemer?.subject(redemption) : prospectiveId(redemption)
      if (begunFor !== undefined && user.id !== begunFor)
        throw new APIError('UNAUTHORIZED', { message: 'this ceremony was begun with another link' })
      const redeemed = await redeemer?.redeem(redemption)
      if (redeemed?.ok) return { userId: redeemed.value }
      if (redeemed) step.refused = redeemed.error
      throw new APIError('GONE', { message: 'the link was refused' })
    },

    async afterAuthentication({ verification }) {
      requireUserVerified(verification.authenticationInfo.userVerified)
    },
  }
}

function requireUserVerified(verified: boolean | undefined): void {
  if (verified !== true)
    throw new APIError('UNAUTHORIZED', { message: 'the device did not check who holds the passkey' })
}

/** Stands for a person who has no account yet, and ties the two halves of the ceremony to one link. */
function prospectiveId(redemption: Redemption): string {
  return createHash('sha256').update(`${redemption.kind} ${redemption.token}`).digest('hex').slice(0, 32)
}
