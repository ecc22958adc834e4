import type { Context } from 'hono'
import { refusal } from '#shared/refusal.ts'
import type { Actor } from '../auth/actor.ts'
import { refuse } from './errors.ts'

const FRESH_MS = 24 * 60 * 60_000

/** Whoever finds an open browser must not be able to add a way in of their own: for that, signing in must be recent. */
export function isFresh(actor: Actor, now: number): boolean {
  return now - actor.signedInAt < FRESH_MS
}

export function refuseStaleSignIn(c: Context): Response {
  return refuse(
    c,
    refusal('stale', 'You signed in on this device more than a day ago. Sign out, sign in again, then change this.'),
    403,
  )
}
