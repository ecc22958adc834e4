import type { MutatorDefs, WriteTransaction as ReplicacheWrite } from 'replicache'
import { Member } from '#shared/domain/team.ts'
import { IntentRef } from '#shared/protocol/sync.ts'
import type { TeamId, UserId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { fetchMutator, mutatorHere } from '#sync/core/mutators/device.ts'
import { mutatorNames } from '#sync/core/mutators/names.ts'
import { getRow } from '#sync/core/transaction.ts'
import { writeTransaction } from './read-transaction.ts'
import { RefusedError } from './workspace.ts'

export type MutationRef = { readonly clientId: string; readonly mutationId: number }

/**
 * The shared mutators as Replicache runs them. The first time a refusal is thrown, so that nothing is kept and the caller can
 * say so at once; on a replay over newer rows it only has no effect here, and the server's word will come.
 */
export function deviceMutators(who: {
  userId: UserId
  teamId: TeamId
  now: () => number
  /** Whether this intent goes to the server whatever this device thinks of it: its rows may be missing or old. */
  insists: (intentId: string) => boolean
}): MutatorDefs {
  const defs: MutatorDefs = {}
  for (const name of mutatorNames) {
    defs[name] = async (raw: ReplicacheWrite, given: unknown): Promise<MutationRef> => {
      // The browser ends a transaction of its storage that waits for anything else: a replay that comes before the code fails, and Replicache
      // repeats it.
      const mutator = mutatorHere(name) ?? (await fetchMutator(name))
      const tx = writeTransaction(raw)
      const args = mutator.args.safeParse(given)
      if (!args.success) throw new RefusedError('invalid', args.error.issues[0]?.message)
      const me = await getRow(tx, keys.member(who.userId), Member)
      const result = await mutator.run(tx, args.data, {
        userId: who.userId,
        teamId: who.teamId,
        role: me?.role,
        now: who.now(),
        side: 'device',
        effect: () => undefined,
      })
      const intentId = IntentRef.safeParse(given).data?.intentId
      const insists = intentId !== undefined && who.insists(intentId)
      if (!result.ok && raw.reason === 'initial' && !insists)
        throw new RefusedError(result.error.code, result.error.detail)
      return { clientId: raw.clientID, mutationId: raw.mutationID }
    }
  }
  return defs
}
