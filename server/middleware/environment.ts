import type { Actor } from '../auth/actor.ts'

/** What middleware leaves for the routes. */
export type Environment = {
  Variables: {
    /** The client's network address; "unknown" where there is no socket. */
    address: string
    actor: Actor
  }
}
