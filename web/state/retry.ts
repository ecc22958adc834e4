import { denyMessageLimit } from '#shared/domain/permission.ts'
import { promptLimit } from '#shared/domain/prompt.ts'
import { titleLimit } from '#shared/domain/run.ts'
import { mutators, type MutatorName } from '#sync/core/mutators/all.ts'
import { isMutatorName } from '#sync/core/mutators/names.ts'
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

/** The longest text that can stand in a change of this name; `undefined` where it has none to edit. */
export function editLimit(name: string, args: unknown): number | undefined {
  switch (name) {
    case 'createRun':
    case 'sendPrompt':
    case 'editPrompt':
      return promptLimit
    case 'renameRun':
      return titleLimit
    case 'answerPermission':
      return messageOf(args) === undefined ? undefined : denyMessageLimit
    default:
      return undefined
  }
}

/**
 * Tries a refused change again with what was typed, or with `edited` in its place. It is a new intent: messages and deliveries get new
 * names, a run keeps its own, since people may have its link. Throws `RefusedError` when this device can tell that it is refused again.
 */
export async function retryRefused(
  workspace: Pick<Workspace, 'mutate'>,
  refused: { readonly name: string; readonly args: unknown },
  ids: NewIds,
  edited?: string,
): Promise<void> {
  const kept = refused.args
  if (!isMutatorName(refused.name) || typeof kept !== 'object' || kept === null)
    throw new RefusedError('invalid', undefined)
  const renamed = {
    ...kept,
    ...('deliveryId' in kept ? { deliveryId: ids.deliveryId() } : {}),
    ...('promptId' in kept && (refused.name === 'sendPrompt' || refused.name === 'createRun')
      ? { promptId: ids.promptId() }
      : {}),
    ...(edited === undefined ? {} : inItsPlace(refused.name, kept, edited)),
  }
  const args = mutators[refused.name].args.safeParse(renamed)
  if (!args.success) throw new RefusedError('invalid', undefined)
  const mutate: (args: never) => Promise<void> = workspace.mutate[refused.name]
  // The name chose the schema; the compiler can't follow that through a union of mutators.
  await mutate(args.data as never)
}

function inItsPlace(name: MutatorName, kept: object, text: string): object {
  switch (name) {
    case 'createRun':
      return { prompt: text }
    case 'renameRun':
      return { title: text }
    case 'answerPermission':
      return { answer: { ...Object('answer' in kept ? kept.answer : {}), message: text } }
    default:
      return { text }
  }
}

function messageOf(args: unknown): string | undefined {
  const answer: unknown = Reflect.get(Object(args), 'answer')
  const message: unknown = Reflect.get(Object(answer), 'message')
  return typeof message === 'string' ? message : undefined
}
