import type { Actor } from './actor.ts'

export type RememberedActors = {
  getActor(source: Request | Headers): Promise<Actor | undefined>
  /** Something was revoked or changed: everybody is asked for again. */
  forget(): void
}

/** How long an answer holds. What ends a session, a membership or a role ends it at once, through `forget`. */
const holdMs = 5_000
const most = 5_000

/**
 * Who sends a request, remembered for some seconds by the cookie: pushes and pulls of one page come many a second, and each
 * would cost a query. Only for reading and writing synced rows; what manages accounts asks every time.
 */
export function rememberActors(deps: {
  getActor: (source: Request | Headers) => Promise<Actor | undefined>
  now: () => number
}): RememberedActors {
  const known = new Map<string, { actor: Actor; until: number }>()
  let generation = 0

  return {
    async getActor(source) {
      const cookie = (source instanceof Headers ? source : source.headers).get('cookie')
      if (cookie === null) return undefined
      const held = known.get(cookie)
      if (held !== undefined && held.until > deps.now()) return held.actor
      const asked = generation
      const actor = await deps.getActor(source)
      if (actor === undefined) known.delete(cookie)
      // An answer from before a revocation is used once and not kept.
      else if (asked === generation) {
        if (known.size >= most) known.clear()
        known.set(cookie, { actor, until: deps.now() + holdMs })
      }
      return actor
    },
    forget() {
      generation++
      known.clear()
    },
  }
}
