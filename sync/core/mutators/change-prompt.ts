import { z } from 'zod'
import { Attachments } from '#shared/domain/attachment.ts'
import { canChangePrompt } from '#shared/domain/policies.ts'
import { Prompt, promptLimit } from '#shared/domain/prompt.ts'
import { Run, hasEnded, isHeld } from '#shared/domain/run.ts'
import { DeliveryId, PromptId, RunId } from '#shared/ids.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, ok, type Result } from '#shared/result.ts'
import { keys } from '../keys.ts'
import { defineMutator, type MutationContext } from '../mutator.ts'
import { getRow, putRow, type WriteTransaction } from '../transaction.ts'
import { extrasOf, startNextTurn } from './next-turn.ts'
import { withPictures } from './prompt-attachments.ts'

const promptRef = { runId: RunId, promptId: PromptId }

/** The queued message, if it still waits and this person may change it. */
async function waitingPrompt(
  tx: WriteTransaction,
  args: { runId: RunId; promptId: PromptId },
  context: MutationContext,
): Promise<Result<Prompt, Refusal>> {
  const prompt = await getRow(tx, keys.prompt(args.runId, args.promptId), Prompt)
  if (!canChangePrompt(context.role, context.userId, prompt?.by ?? context.userId)) return err(refusal('not_allowed'))
  if (prompt === undefined) return err(refusal('not_found', 'message'))
  if (prompt.state !== 'accepted') return err(refusal('stale', 'the agent has this message already'))
  return ok(prompt)
}

export const EditPromptArgs = z.object({
  ...promptRef,
  text: z.string().min(1).max(promptLimit),
  /** Absent: as they were. */
  attachments: Attachments.optional(),
})
export type EditPromptArgs = z.infer<typeof EditPromptArgs>

export const editPrompt = defineMutator({
  name: 'editPrompt',
  args: EditPromptArgs,
  async run(tx, args, context) {
    const prompt = await waitingPrompt(tx, args, context)
    if (!prompt.ok) return prompt
    // What a person has changed is theirs, and no word of Drover's.
    const { automatic: _automatic, plans: _plans, ...rest } = prompt.value
    const said = args.text === rest.text ? prompt.value : { ...rest, text: args.text }
    const counted = await countAnew(tx, prompt.value, args.attachments)
    if (!counted.ok) return counted
    const edited = args.attachments === undefined ? said : { ...said, attachments: args.attachments }
    await putRow(tx, keys.prompt(args.runId, args.promptId), edited)
    return ok()
  },
})

/** The pictures of its run, when the files of a message become these. */
async function countAnew(
  tx: WriteTransaction,
  prompt: Prompt,
  attachments: Prompt['attachments'],
): Promise<Result<void, Refusal>> {
  if (attachments === undefined) return ok()
  const run = await getRow(tx, keys.run(prompt.runId), Run)
  if (run === undefined) return ok()
  const counted = withPictures(run, attachments, prompt.attachments)
  if (!counted.ok) return counted
  if (counted.value !== run) await putRow(tx, keys.run(run.id), counted.value)
  return ok()
}

export const MovePromptArgs = z.object({ ...promptRef, order: z.number() })
export type MovePromptArgs = z.infer<typeof MovePromptArgs>

/** Puts a queued message at another place; `order` lies between its new neighbours'. */
export const movePrompt = defineMutator({
  name: 'movePrompt',
  args: MovePromptArgs,
  async run(tx, args, context) {
    const prompt = await waitingPrompt(tx, args, context)
    if (!prompt.ok) return prompt
    await putRow(tx, keys.prompt(args.runId, args.promptId), { ...prompt.value, order: args.order })
    return ok()
  },
})

export const RemovePromptArgs = z.object(promptRef)
export type RemovePromptArgs = z.infer<typeof RemovePromptArgs>

export const removePrompt = defineMutator({
  name: 'removePrompt',
  args: RemovePromptArgs,
  async run(tx, args, context) {
    const prompt = await waitingPrompt(tx, args, context)
    if (!prompt.ok) return prompt
    const counted = await countAnew(tx, prompt.value, prompt.value.attachments && [])
    if (!counted.ok) return counted
    await tx.del(keys.prompt(args.runId, args.promptId))
    return ok()
  },
})

export const SendPromptNowArgs = z.object({ ...promptRef, deliveryId: DeliveryId })
export type SendPromptNowArgs = z.infer<typeof SendPromptNowArgs>

/** A queued message goes next: the agent's turn is cancelled for it, or a run that has ended goes on with it. */
export const sendPromptNow = defineMutator({
  name: 'sendPromptNow',
  args: SendPromptNowArgs,
  intent: (args) => `delivery/${args.deliveryId}`,
  async run(tx, args, context) {
    const found = await waitingPrompt(tx, args, context)
    if (!found.ok) return found
    const run = await getRow(tx, keys.run(args.runId), Run)
    if (run === undefined) return err(refusal('not_found', 'run'))
    const key = keys.prompt(args.runId, args.promptId)
    const prompt: Prompt = { ...found.value, mode: 'interrupt' }
    await putRow(tx, key, prompt)
    if (hasEnded(run.state)) return startNextTurn(tx, run, prompt, context)
    if (isHeld(run.state)) {
      const { id, text, by } = prompt
      const body = { type: 'prompt', promptId: id, text, by, mode: 'interrupt', ...extrasOf(prompt) } as const
      context.effect({ type: 'deliver', deliveryId: args.deliveryId, runId: run.id, row: key, body })
    }
    return ok()
  },
})
