import type { TeamId } from '../ids.ts'

/**
 * Where a device hands in a file that goes with a message: `PUT`, the same again changes nothing. `hash`: SHA-256 of its bytes, lower-case hex. It is read as
 * any other blob of the team.
 */
export const attachmentPath = (teamId: TeamId, hash: string): string =>
  `/api/v1/teams/${encodeURIComponent(teamId)}/attachments/${encodeURIComponent(hash)}`
