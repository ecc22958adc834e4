import type { TeamId } from '../ids.ts'

/**
 * Where a team's picture is: `PUT` hands it in (the same again changes nothing), `GET` brings it. `hash`: SHA-256 of its bytes, lower-case hex, so what is there
 * never changes.
 */
export const planImagePath = (teamId: TeamId, hash: string): string =>
  `/api/v1/teams/${encodeURIComponent(teamId)}/images/${encodeURIComponent(hash)}`
