import type { RefusedMutation } from '#shared/domain/notice.ts'
import { mutators, type MutatorName } from '#sync/core/mutators/all.ts'
import { RefusedError, type Workspace } from '#sync/client/workspace.ts'
import type { NewIds } from './platform.ts'

/** The arguments as they were kept; `undefined` when they were too long to be kept whole. */
export function parseKept(args: string): unknown {
  try {
    return JSON.parse(args)
  } catch {
    return undefined
  }
}

/**
 * Tries a refused change again with what was typed. It is a new intent: messages and deliveries get new names, a run
 * keeps its own, since people may have its link. Throws `RefusedError` when this device can tell that it is refused again.
 */
export async function retryRefused(
  workspace: Pick<Workspace, 'mutate'>,
  refused: Pick<RefusedMutation, 'name' | 'args'>,
  ids: NewIds,
): Promise<void> {
  const kept = parseKept(refused.args)
  if (!isMutator(refused.name) || typeof kept !== 'object' || kept === null)
    throw new RefusedError('invalid', undefined)
  const renamed = {
    ...kept,
    ...('deliveryId' in kept ? { deliveryId: ids.deliveryId() } : {}),
    ...('promptId' in kept && (refused.name === 'sendPrompt' || refused.name === 'createRun')
      ? { promptId: ids.promptId() }
      : {}),
  }
  const args = mutators[refused.name].args.safeParse(renamed)
  if (!args.success) throw new RefusedError('invalid', undefined)
  const mutate: (args: never) => Promise<void> = workspace.mutate[refused.name]
  // The name chose the schema; the compiler can't follow that through a union of mutators.
  await mutate(args.data as never)
}

function isMutator(name: string): name is MutatorName {
  return Object.hasOwn(mutators, name)
}
