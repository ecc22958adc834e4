import { z } from 'zod'
import { canStartRuns } from '#shared/domain/policies.ts'
import { promptLimit } from '#shared/domain/prompt.ts'
import { Run, RunConfig, RunSource, titleFromPrompt } from '#shared/domain/run.ts'
import { PromptId, RunId } from '#shared/ids.ts'
import { refusal } from '#shared/refusal.ts'
import { err, ok } from '#shared/result.ts'
import { keys } from '../keys.ts'
import { defineMutator } from '../mutator.ts'
import { dispatchOf } from './next-turn.ts'
import { getRow, putRow } from '../transaction.ts'

export const CreateRunArgs = z.object({
  runId: RunId,
  /** Names the first message, so that a repeated start can't send it twice. */
  promptId: PromptId,
  prompt: z.string().min(1).max(promptLimit),
  title: z.string().min(1).max(200).optional(),
  source: RunSource.default('WEB_APP'),
  config: RunConfig,
})
export type CreateRunArgs = z.infer<typeof CreateRunArgs>

export const createRun = defineMutator({
  name: 'createRun',
  args: CreateRunArgs,
  intent: (args) => `run/${args.runId}`,
  async run(tx, args, context) {
    if (!canStartRuns(context.role)) return err(refusal('not_allowed'))
    const key = keys.run(args.runId)
    const known = await getRow(tx, key, Run)
    if (known !== undefined)
      return known.createdBy === context.userId ? ok() : err(refusal('conflict', 'this run exists'))
    const run: Run = {
      id: args.runId,
      teamId: context.teamId,
      title: args.title ?? titleFromPrompt(args.prompt),
      prompt: args.prompt.slice(0, 300),
      createdBy: context.userId,
      source: args.source,
      config: args.config,
      state: 'QUEUED',
      stateAt: context.now,
      turn: 1,
      createdAt: context.now,
      updatedAt: context.now,
    }
    await putRow(tx, key, run)
    context.effect({ type: 'transition', runId: run.id, event: 'create', from: null, to: 'QUEUED' })
    context.effect(dispatchOf(run, { id: args.promptId, text: args.prompt, by: context.userId }))
    return ok()
  },
})
