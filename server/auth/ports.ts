import type { Member, Team } from '#shared/domain/team.ts'
import type { TeamId, UserId } from '#shared/ids.ts'
import type { Database } from '../db/database.ts'

/**
 * The synced side of teams: rows `team` and `member/…` in the space of the team. Called after the commit, and for everything
 * once more at start, so that a crash in between is mended. Every call may repeat an earlier one.
 */
export type TeamRows = {
  /** Keeps what the row holds already beyond these fields, such as `maxActiveRuns`. */
  putTeam(team: Pick<Team, 'id' | 'name' | 'createdAt'>): Promise<void>
  /** `hue` is for a new row; one that exists keeps its own. */
  putMember(teamId: TeamId, member: Member): Promise<void>
  removeMember(teamId: TeamId, userId: UserId): Promise<void>
  /** What this person may read has changed: clients of theirs get a fresh view, open sockets are checked again. */
  membershipChanged(teamId: TeamId, userId: UserId): Promise<void>
}

export type AuthLog = {
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}

/** What every part of this folder is made from. Times are ms since epoch. */
export type AuthDeps = {
  readonly database: Database
  /** Where people reach this server, without a path: `http://localhost:4400`. */
  readonly publicUrl: URL
  /** From `loadAuthSecret`. */
  readonly secret: string
  readonly teamRows: TeamRows
  readonly log: AuthLog
  readonly now: () => number
  readonly randomBytes: (size: number) => Uint8Array
}
