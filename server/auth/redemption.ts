import type { UserId } from '#shared/ids.ts'
import type { Refusal } from '#shared/refusal.ts'
import type { Result } from '#shared/result.ts'

/** A link that leads to a way of signing in, with what its page asked for. */
export type Redemption =
  | { readonly kind: 'welcome' | 'invite'; readonly token: string; readonly name: string; readonly email: string }
  | { readonly kind: 'reset'; readonly token: string; readonly signOutOthers: boolean }

/** What turns it into an account or a new way in. */
export type Redeemer = {
  /** Whom a new passkey would be for: the person of a reset, else nobody yet. */
  subject(step: Redemption): Promise<UserId | undefined>
  redeem(step: Redemption, passwordHash?: string): Promise<Result<UserId, Refusal>>
}
