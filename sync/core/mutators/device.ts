import type { Mutator } from '../mutator.ts'
import type { MutatorName } from './all.ts'
import { answerPermission } from './answer-permission.ts'
import { editPrompt, movePrompt, removePrompt, sendPromptNow } from './change-prompt.ts'
import { createRun } from './create-run.ts'
import { dismissRefusal } from './dismiss-refusal.ts'
import { markNotification, readNotifications } from './mark-notifications.ts'
import { sendPrompt } from './send-prompt.ts'
import { stopRun } from './stop-run.ts'

/**
 * The mutators as a device has them: those of the main job come with the app's first code, all others when the page is idle, or when the first
 * of them is wanted. The service worker keeps both.
 */
const first: Readonly<Partial<Record<MutatorName, unknown>>> = {
  answerPermission,
  createRun,
  dismissRefusal,
  editPrompt,
  markNotification,
  movePrompt,
  readNotifications,
  removePrompt,
  sendPrompt,
  sendPromptNow,
  stopRun,
}

let all: typeof import('./all.ts').mutators | undefined

/** So that the first press of a kind finds its mutator here; with a name, unless that one is here. */
export async function prepareMutators(name?: string): Promise<void> {
  if (name === undefined || !(name in first)) all ??= (await import('./all.ts')).mutators
}

/** Undefined while its code is not here. */
export function mutatorHere(name: MutatorName): Mutator<unknown> | undefined {
  // Whose arguments are checked by its own schema.
  return (first[name] ?? all?.[name]) as Mutator<unknown> | undefined
}

/** Rejects when its code can't be reached: neither kept here nor served. */
export async function fetchMutator(name: MutatorName): Promise<Mutator<unknown>> {
  await prepareMutators(name)
  const mutator = mutatorHere(name)
  if (mutator === undefined) throw new Error(`there is no mutator ${name}`)
  return mutator
}
