import { z } from 'zod'
import { isGitAddress, isGitName, type GitIdentity } from '#shared/domain/git-person.ts'
import { canReviewRuns } from '#shared/domain/policies.ts'
import { refusal } from '#shared/refusal.ts'
import { err, ok } from '#shared/result.ts'
import { keys } from '../keys.ts'
import { defineMutator } from '../mutator.ts'
import { putRow } from '../transaction.ts'

export const SetGitIdentityArgs = z.object({
  /** Absent: the name of the account. */
  name: z.string().max(100).optional(),
  /** Absent: an address at which nobody can be reached. */
  email: z.string().max(200).optional(),
})
export type SetGitIdentityArgs = z.infer<typeof SetGitIdentityArgs>

/** What the commits of the person who sets it carry from now on, in this team. */
export const setGitIdentity = defineMutator({
  name: 'setGitIdentity',
  args: SetGitIdentityArgs,
  async run(tx, { name, email }, context) {
    // Whoever may not commit has no commits to be named in.
    if (!canReviewRuns(context.role) || context.guest === true) return err(refusal('not_allowed'))
    if (name !== undefined && !isGitName(name)) return err(refusal('invalid', 'a name without <, > and line ends'))
    if (email !== undefined && !isGitAddress(email)) return err(refusal('invalid', 'an email address'))
    const key = keys.gitIdentity(context.userId)
    if (name === undefined && email === undefined) await tx.del(key)
    else
      await putRow(tx, key, {
        ...(name === undefined ? {} : { name }),
        ...(email === undefined ? {} : { email }),
      } satisfies GitIdentity)
    return ok()
  },
})
