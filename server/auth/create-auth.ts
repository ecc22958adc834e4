import type { TeamId, UserId } from '#shared/ids.ts'
import { setPasswordHash } from './accounts.ts'
import { createActors } from './actor.ts'
import type { Actor, RunnerActor } from './actor.ts'
import { firstStartLink } from './admin-links.ts'
import type { AdminLink } from './admin-links.ts'
import { createBetterAuth } from './better-auth.ts'
import type { BetterAuth } from './better-auth.ts'
import { createDevices } from './devices.ts'
import type { Devices } from './devices.ts'
import { createInvitations } from './invitations.ts'
import type { Invitations } from './invitations.ts'
import { createOneTimeLinks } from './one-time-links.ts'
import { createPairing } from './pairing.ts'
import type { Pairing } from './pairing.ts'
import { createPasskeyCeremony } from './passkey-ceremony.ts'
import type { PasskeyCeremony } from './passkey-ceremony.ts'
import { createPersonalKeys } from './personal-keys.ts'
import type { PersonalKeys } from './personal-keys.ts'
import type { AuthDeps } from './ports.ts'
import { createRateLimits } from './rate-limits.ts'
import type { RateLimits } from './rate-limits.ts'
import { createRedemptions } from './redemptions.ts'
import type { Redemptions } from './redemptions.ts'
import { createRevocations } from './revocations.ts'
import type { Revocation } from './revocations.ts'
import { createRunnerKeys } from './runner-keys.ts'
import type { NewRunnerKey, RunnerKeys } from './runner-keys.ts'
import { createTeamSync } from './team-sync.ts'
import { createTeams } from './teams.ts'
import type { Teams } from './teams.ts'

/** Everything about who somebody is and what teams they are in. */
export type Auth = {
  readonly getActor: (source: Request | Headers) => Promise<Actor | undefined>
  readonly authenticateRunner: (source: Request | Headers) => Promise<RunnerActor | undefined>
  /** Calls back when a session, a membership or an agent key ends or changes, also by another server process. Returns the unsubscriber. */
  readonly onRevoked: (listener: (revocation: Revocation) => void) => () => void
  /** The link to print at start; `undefined` once there is an account. */
  readonly firstStartLink: () => Promise<AdminLink | undefined>
  /** A key for the server's own runner in this team. `undefined`: no such team. */
  readonly issueRunnerKey: (teamId: TeamId, name: string) => Promise<NewRunnerKey | undefined>
  /** At start: mends synced rows after a crash, and removes what has expired. */
  readonly start: () => Promise<void>
  readonly close: () => Promise<void>
  readonly parts: AuthParts
}

/** For the routes. */
export type AuthParts = {
  readonly deps: AuthDeps
  readonly better: BetterAuth
  readonly ceremony: PasskeyCeremony
  readonly redemptions: Redemptions
  readonly devices: Devices
  readonly invitations: Invitations
  readonly pairing: Pairing
  readonly personalKeys: PersonalKeys
  readonly rateLimits: RateLimits
  readonly runnerKeys: RunnerKeys
  readonly teams: Teams
  readonly setPassword: (userId: UserId, hash: string) => Promise<void>
  readonly profileChanged: (userId: UserId) => Promise<void>
}

export function createAuth(deps: AuthDeps): Auth {
  const revocations = createRevocations(deps)
  const sync = createTeamSync(deps, revocations)
  const links = createOneTimeLinks(deps)
  const devices = createDevices(deps, links, revocations)
  const invitations = createInvitations(deps)
  const personalKeys = createPersonalKeys(deps)
  const ceremony = createPasskeyCeremony()
  const redemptions = createRedemptions({ ...deps, links, invitations, devices, personalKeys, sync })
  ceremony.attach(redemptions)
  const better = createBetterAuth(deps, ceremony)
  const actors = createActors(deps, better)
  const runnerKeys = createRunnerKeys(deps, better, revocations)
  const rateLimits = createRateLimits(deps)

  return {
    getActor: (source) => actors.getActor(source),
    authenticateRunner: (source) => actors.authenticateRunner(source),
    onRevoked: (listener) => revocations.on(listener),
    firstStartLink: () => firstStartLink(deps),
    issueRunnerKey: (teamId, name) => runnerKeys.issue(teamId, name),
    async start() {
      await revocations.ready()
      await Promise.all([sync.putEverything(), rateLimits.prune(), devices.prune(), personalKeys.prune()])
    },
    close: () => revocations.close(),
    parts: {
      deps,
      better,
      ceremony,
      redemptions,
      devices,
      invitations,
      pairing: createPairing(deps, links, devices),
      personalKeys,
      rateLimits,
      runnerKeys,
      teams: createTeams(deps, sync),
      setPassword: (userId, hash) => setPasswordHash(deps.database, userId, hash, deps),
      profileChanged: (userId) => sync.profileChanged(userId),
    },
  }
}
