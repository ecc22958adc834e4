import { z } from 'zod'
import { builtinProfile } from '#shared/domain/builtin-profiles.ts'
import { canManageTeam, canStartRuns } from '#shared/domain/policies.ts'
import { Profile, ProfileChoice, profileLimits, profileProblems, ProfileSettings } from '#shared/domain/profile.ts'
import { applyEdit, changesBetween, ProfileEdit } from '#shared/domain/profile-changes.ts'
import { Team } from '#shared/domain/team.ts'
import { ProfileId } from '#shared/ids.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, ok, type Result } from '#shared/result.ts'
import { keys } from '../keys.ts'
import { defineMutator, type MutationContext } from '../mutator.ts'
import { findProfile, profileRow, profilesOf } from '../profiles.ts'
import { getRow, putRow, scanRows, type ReadTransaction } from '../transaction.ts'

export const CreateProfileArgs = z.object({
  profileId: ProfileId,
  /** A person's own is seen by that person alone, and can be made by everybody who starts runs. */
  owner: z.enum(['team', 'person']),
  settings: ProfileSettings,
})
export type CreateProfileArgs = z.infer<typeof CreateProfileArgs>

export const createProfile = defineMutator({
  name: 'createProfile',
  args: CreateProfileArgs,
  async run(tx, { profileId, owner, settings }, context) {
    if (!mayKeep(owner === 'team', context)) return err(refusal('not_allowed'))
    const known = await profileRow(tx, profileId, context.userId)
    if (known !== undefined && known.row.createdBy === context.userId) return ok()
    if (known !== undefined || builtinProfile(profileId) !== undefined)
      return err(refusal('conflict', 'this profile exists'))
    const prefix = owner === 'team' ? keys.profiles : keys.ownProfilesOf(context.userId)
    if ((await scanRows(tx, prefix, Profile)).length >= profileLimits.profiles)
      return err(refusal('too_many', `${profileLimits.profiles} profiles are there already`))
    const objection = await objectionTo(tx, { id: profileId, settings, context })
    if (objection !== undefined) return err(objection)
    await putRow(tx, owner === 'team' ? keys.profile(profileId) : keys.ownProfile(context.userId, profileId), {
      ...settings,
      id: profileId,
      ...(owner === 'team' ? {} : { owner: context.userId }),
      createdBy: context.userId,
      createdAt: context.now,
      updatedAt: context.now,
      history: [],
    } satisfies Profile)
    return ok()
  },
})

export const ChangeProfileArgs = z.object({ profileId: ProfileId, edit: ProfileEdit })
export type ChangeProfileArgs = z.infer<typeof ChangeProfileArgs>

export const changeProfile = defineMutator({
  name: 'changeProfile',
  args: ChangeProfileArgs,
  async run(tx, { profileId, edit }, context) {
    const before = await rowToChange(tx, profileId, context)
    if (!before.ok) return before
    const { key, row } = before.value
    const settings = applyEdit(row, edit)
    const full = ProfileSettings.safeParse(settings)
    if (!full.success) return err(refusal('too_many', 'a list of the profile would grow over its limit'))
    const objection = await objectionTo(tx, { id: profileId, settings: full.data, context })
    if (objection !== undefined) return err(objection)
    const changes = changesBetween(row, full.data)
    if (changes.length === 0) return ok()
    const { owner, createdBy, createdAt, history } = row
    const told = { by: context.userId, at: context.now, changes }
    await putRow(tx, key, {
      ...full.data,
      id: profileId,
      ...(owner === undefined ? {} : { owner }),
      createdBy,
      createdAt,
      updatedAt: context.now,
      history: [told, ...history].slice(0, profileLimits.history),
    } satisfies Profile)
    return ok()
  },
})

export const DeleteProfileArgs = z.object({ profileId: ProfileId })
export type DeleteProfileArgs = z.infer<typeof DeleteProfileArgs>

/** Runs that are worked under it go on with what they were given; their next turn takes the default. */
export const deleteProfile = defineMutator({
  name: 'deleteProfile',
  args: DeleteProfileArgs,
  async run(tx, { profileId }, context) {
    if (builtinProfile(profileId) !== undefined)
      return err(refusal('invalid', 'this profile comes with Drover and can’t be deleted'))
    const found = await rowToChange(tx, profileId, context)
    if (!found.ok) return found
    await tx.del(found.value.key)
    const own = await getRow(tx, keys.ownDefault(context.userId), ProfileChoice)
    if (own?.profileId === profileId) await tx.del(keys.ownDefault(context.userId))
    const team = await getRow(tx, keys.team, Team)
    if (team?.defaultProfileId !== profileId) return ok()
    const { defaultProfileId: _gone, ...rest } = team
    await putRow(tx, keys.team, rest satisfies Team)
    return ok()
  },
})

export const SetDefaultProfileArgs = z.object({
  of: z.enum(['team', 'person']),
  /** Absent: Standard for a team, the team's for a person. */
  profileId: ProfileId.optional(),
})
export type SetDefaultProfileArgs = z.infer<typeof SetDefaultProfileArgs>

export const setDefaultProfile = defineMutator({
  name: 'setDefaultProfile',
  args: SetDefaultProfileArgs,
  async run(tx, { of, profileId }, context) {
    if (!mayKeep(of === 'team', context)) return err(refusal('not_allowed'))
    if (profileId !== undefined) {
      const isThere =
        of === 'team'
          ? builtinProfile(profileId) !== undefined || (await tx.get(keys.profile(profileId))) !== undefined
          : (await findProfile(tx, profileId, [context.userId])) !== undefined
      if (!isThere) return err(refusal('not_found', 'profile'))
    }
    if (of === 'person') {
      const key = keys.ownDefault(context.userId)
      if (profileId === undefined) await tx.del(key)
      else await putRow(tx, key, { profileId } satisfies ProfileChoice)
      return ok()
    }
    const team = await getRow(tx, keys.team, Team)
    if (team === undefined) return err(refusal('not_found', 'team'))
    const { defaultProfileId: _before, ...rest } = team
    await putRow(
      tx,
      keys.team,
      (profileId === undefined ? rest : { ...rest, defaultProfileId: profileId }) satisfies Team,
    )
    return ok()
  },
})

/** The team's are its admins' business; everybody who starts runs has some of their own. Nothing of it is a guest's. */
function mayKeep(isOfTeam: boolean, { role, guest }: MutationContext): boolean {
  return guest !== true && (isOfTeam ? canManageTeam(role) : canStartRuns(role))
}

async function rowToChange(
  tx: ReadTransaction,
  id: ProfileId,
  context: MutationContext,
): Promise<Result<{ readonly key: string; readonly row: Profile }, Refusal>> {
  const found = await profileRow(tx, id, context.userId)
  if (!mayKeep(found?.row.owner === undefined, context)) return err(refusal('not_allowed'))
  if (found !== undefined) return ok(found)
  const builtin = builtinProfile(id)
  if (builtin === undefined) return err(refusal('not_found', 'profile'))
  const row: Profile = {
    ...builtin,
    createdBy: context.userId,
    createdAt: context.now,
    updatedAt: context.now,
    history: [],
  }
  return ok({ key: keys.profile(id), row })
}

/** What speaks against these settings: a name that is taken, or an entry of a list, named with the reason. */
async function objectionTo(
  tx: ReadTransaction,
  { id, settings, context }: { id: ProfileId; settings: ProfileSettings; context: MutationContext },
): Promise<Refusal | undefined> {
  const [problem] = profileProblems(settings)
  if (problem !== undefined) return refusal('invalid', `“${problem.entry.slice(0, 200)}”: ${problem.why}`.slice(0, 500))
  const name = nameKey(settings.name)
  const taken = (await profilesOf(tx, context.userId)).some((one) => one.id !== id && nameKey(one.name) === name)
  return taken ? refusal('conflict', `there is a profile ${settings.name} already`) : undefined
}

function nameKey(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase()
}
