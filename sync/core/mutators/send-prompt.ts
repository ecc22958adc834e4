import { z } from 'zod'
import { Attachments } from '#shared/domain/attachment.ts'
import { canSteerRuns } from '#shared/domain/policies.ts'
import { Prompt, PromptMode, promptLimit, queueLimit } from '#shared/domain/prompt.ts'
import { Run, hasEnded, isHeld, participantLimit } from '#shared/domain/run.ts'
import { DeliveryId, PromptId, RunId, type UserId } from '#shared/ids.ts'
import { refusal } from '#shared/refusal.ts'
import { err, ok } from '#shared/result.ts'
import { keys } from '../keys.ts'
import { defineMutator } from '../mutator.ts'
import { extrasOf, startNextTurn } from './next-turn.ts'
import { withPictures } from './prompt-attachments.ts'
import { getRow, putRow, scanRows } from '../transaction.ts'

export const SendPromptArgs = z.object({
  runId: RunId,
  promptId: PromptId,
  deliveryId: DeliveryId,
  text: z.string().min(1).max(promptLimit),
  mode: PromptMode,
  attachments: Attachments.optional(),
})
export type SendPromptArgs = z.infer<typeof SendPromptArgs>

/**
 * A message to a run. While its agent works: cancels the turn and goes next (`interrupt`), or waits in the
 * conversation's queue (`queue`). After the end: starts the next turn. In a run that has not started: waits.
 */
export const sendPrompt = defineMutator({
  name: 'sendPrompt',
  args: SendPromptArgs,
  intent: (args) => `prompt/${args.promptId}`,
  async run(tx, args, context) {
    if (!canSteerRuns(context.role)) return err(refusal('not_allowed'))
    const run = await getRow(tx, keys.run(args.runId), Run)
    if (run === undefined) return err(refusal('not_found', 'run'))
    const key = keys.prompt(args.runId, args.promptId)
    if ((await tx.get(key)) !== undefined) return ok()
    const waiting = await scanRows(tx, keys.promptsOf(args.runId), Prompt)
    if (waiting.length >= queueLimit) return err(refusal('too_many', `${queueLimit} messages wait already`))

    // What a guest hands in would be stored for people who never let them into the team.
    if (context.guest === true && args.attachments !== undefined) return err(refusal('not_allowed'))
    const full = withPictures(run, args.attachments)
    if (!full.ok) return full

    const prompt: Prompt = {
      id: args.promptId,
      runId: args.runId,
      text: args.text,
      mode: args.mode,
      order: Math.max(0, ...waiting.map((other) => other.order)) + 1,
      by: context.userId,
      createdAt: context.now,
      state: 'accepted',
      ...extrasOf(args),
    }
    await putRow(tx, key, prompt)

    // News of a run is for its team: a guest has none of its rows.
    const joined = context.guest === true ? full.value : withParticipant(full.value, context.userId)
    if (hasEnded(run.state)) return startNextTurn(tx, joined, prompt, context)
    if (joined !== run) await putRow(tx, keys.run(run.id), joined)
    if (isHeld(run.state)) {
      const body = {
        type: 'prompt',
        promptId: args.promptId,
        text: args.text,
        by: context.userId,
        mode: args.mode,
        ...extrasOf(args),
      } as const
      if (args.mode === 'interrupt')
        context.effect({ type: 'deliver', deliveryId: args.deliveryId, runId: run.id, row: key, body })
    }
    return ok()
  },
})

/** Who writes to an agent hears of it from then on. */
function withParticipant(run: Run, userId: UserId): Run {
  const known = run.participants ?? []
  if (run.createdBy === userId || known.includes(userId) || known.length >= participantLimit) return run
  return { ...run, participants: [...known, userId] }
}
