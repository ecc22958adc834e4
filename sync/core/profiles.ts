import { builtinProfile, builtinProfiles, standardProfileId } from '#shared/domain/builtin-profiles.ts'
import { Profile, ProfileSnapshot } from '#shared/domain/profile.ts'
import type { Run } from '#shared/domain/run.ts'
import type { ProfileId, UserId } from '#shared/ids.ts'
import { keys } from './keys.ts'
import { getRow, scanRows, type ReadTransaction } from './transaction.ts'

/** The row of a profile that this person may see; one that comes with Drover has a row once it was changed. */
export async function profileRow(
  tx: ReadTransaction,
  id: ProfileId,
  userId: UserId,
): Promise<{ readonly key: string; readonly row: Profile } | undefined> {
  for (const key of [keys.profile(id), keys.ownProfile(userId, id)]) {
    const row = await getRow(tx, key, Profile)
    if (row !== undefined) return { key, row }
  }
  return undefined
}

/** A profile as it is now, if one of these people may see it. */
export async function findProfile(
  tx: ReadTransaction,
  id: ProfileId,
  people: readonly UserId[],
): Promise<ProfileSnapshot | undefined> {
  for (const userId of people) {
    const found = await profileRow(tx, id, userId)
    if (found !== undefined) return ProfileSnapshot.parse(found.row)
  }
  return builtinProfile(id)
}

/**
 * Which profile a run is worked under, best first: what somebody switched it to, what it was started with, its person's default, the team's,
 * Standard. One that was deleted meanwhile is passed over.
 */
export function wantedProfiles(
  run: Pick<Run, 'config' | 'profile'>,
  defaults: { readonly person: ProfileId | undefined; readonly team: ProfileId | undefined },
): readonly ProfileId[] {
  const switched = run.profile?.by === undefined ? undefined : run.profile.id
  const wanted = [switched, run.config.profileId, defaults.person, defaults.team, standardProfileId]
  return [...new Set(wanted.filter((id) => id !== undefined))]
}

/** Every profile that a person can choose: those of Drover as the team has them, the team's, their own. */
export async function profilesOf(tx: ReadTransaction, userId: UserId): Promise<readonly (ProfileSnapshot | Profile)[]> {
  const rows = [
    ...(await scanRows(tx, keys.profiles, Profile)),
    ...(await scanRows(tx, keys.ownProfilesOf(userId), Profile)),
  ]
  return listProfiles(rows)
}

export function listProfiles(rows: readonly Profile[]): readonly (ProfileSnapshot | Profile)[] {
  const changed = new Set(rows.map((row) => row.id))
  return [...builtinProfiles.filter((profile) => !changed.has(profile.id)), ...rows]
}
