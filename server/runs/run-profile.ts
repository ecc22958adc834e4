import { builtinProfile, builtinProfiles } from '#shared/domain/builtin-profiles.ts'
import { Profile, ProfileChoice, ProfileSnapshot } from '#shared/domain/profile.ts'
import type { Run } from '#shared/domain/run.ts'
import { Team } from '#shared/domain/team.ts'
import { keys } from '#sync/core/keys.ts'
import { wantedProfiles } from '#sync/core/profiles.ts'
import { readRows } from './read-rows.ts'
import type { SpaceStore } from '#sync/server/space-store.ts'

/** What a run is worked under, as it is now: two looks at the store, most of them at rows that the process remembers. */
export async function profileOfRun(
  store: Pick<SpaceStore, 'read'>,
  run: Pick<Run, 'teamId' | 'config' | 'createdBy' | 'profile'>,
): Promise<ProfileSnapshot> {
  const first = await readRows(store, run.teamId, [keys.team, keys.ownDefault(run.createdBy)])
  const team = Team.safeParse(first.get(keys.team))
  const own = ProfileChoice.safeParse(first.get(keys.ownDefault(run.createdBy)))
  const wanted = wantedProfiles(run, {
    person: own.success ? own.data.profileId : undefined,
    team: team.success ? team.data.defaultProfileId : undefined,
  })
  const people = [...new Set([run.createdBy, run.profile?.by ?? run.createdBy])]
  const candidates = wanted.map((id) => [keys.profile(id), ...people.map((userId) => keys.ownProfile(userId, id))])
  const rows = await readRows(store, run.teamId, candidates.flat())
  for (const [at, id] of wanted.entries()) {
    const row = candidates[at]?.map((key) => Profile.safeParse(rows.get(key))).find((one) => one.success)
    if (row?.success === true) return ProfileSnapshot.parse(row.data)
    const builtin = builtinProfile(id)
    if (builtin !== undefined) return builtin
  }
  const [careful] = builtinProfiles
  if (careful === undefined) throw new Error('Drover has profiles of its own')
  return careful
}
