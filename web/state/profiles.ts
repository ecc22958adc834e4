import { createMemo, type Accessor } from 'solid-js'
import { builtinProfile, standardProfileId } from '#shared/domain/builtin-profiles.ts'
import { canManageTeam, canStartRuns } from '#shared/domain/policies.ts'
import { Profile, ProfileChoice, type ProfileSnapshot } from '#shared/domain/profile.ts'
import type { ProfileId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { listProfiles } from '#sync/core/profiles.ts'
import { getRow } from '#sync/core/transaction.ts'
import { useQuery } from './query.ts'
import { createRows } from './rows.ts'
import { useTeamData } from './team-data.ts'
import { useWorkspace } from './workspace.ts'

/** A profile as a page shows it: one that comes with Drover has no row until somebody changes it. */
export type ShownProfile = ProfileSnapshot & {
  readonly row: Profile | undefined
  readonly whose: 'builtin' | 'team' | 'own'
}

export type Profiles = {
  /** Those of Drover first, then the team's, then this person's own, each by name. */
  readonly all: Accessor<readonly ShownProfile[]>
  readonly get: (id: ProfileId | undefined) => ShownProfile | undefined
  /** What runs take that choose none: this person's choice, and what it comes to without one. */
  readonly ownDefault: Accessor<ProfileId | undefined>
  readonly teamDefault: Accessor<ShownProfile | undefined>
  readonly taken: Accessor<ShownProfile | undefined>
  readonly mayChange: (profile: Pick<ShownProfile, 'whose'>) => boolean
}

/** Follows the team's profiles; needs the workspace's context around it, and an owner. */
export function useProfiles(): Profiles {
  const workspace = useWorkspace()
  const data = useTeamData()
  const ofTeam = createRows(workspace, keys.profiles, Profile)
  const ofPerson = createRows(workspace, keys.ownProfilesOf(workspace.userId), Profile)
  const choice = useQuery(() => (tx) => getRow(tx, keys.ownDefault(workspace.userId), ProfileChoice))
  const all = createMemo(() =>
    listProfiles([...ofTeam.all(), ...ofPerson.all()])
      .map((profile): ShownProfile => ({
        ...profile,
        row: 'history' in profile ? profile : undefined,
        whose:
          builtinProfile(profile.id) !== undefined
            ? 'builtin'
            : 'owner' in profile && profile.owner !== undefined
              ? 'own'
              : 'team',
      }))
      .toSorted((one, other) => order(one) - order(other) || one.name.localeCompare(other.name)),
  )
  const get = (id: ProfileId | undefined) => (id === undefined ? undefined : all().find((profile) => profile.id === id))
  const teamDefault = () => get(data.team.value?.defaultProfileId) ?? get(standardProfileId)
  return {
    all,
    get,
    ownDefault: () => get(choice.value?.profileId)?.id,
    teamDefault,
    taken: () => get(choice.value?.profileId) ?? teamDefault(),
    mayChange: ({ whose }) => (whose === 'own' ? canStartRuns(data.me()?.role) : canManageTeam(data.me()?.role)),
  }
}

function order({ whose, id }: ShownProfile): number {
  // As they are numbered: from careful to free.
  if (whose === 'builtin') return Number(id.slice(-1)) / 10
  return whose === 'team' ? 1 : 2
}
