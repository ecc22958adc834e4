import { z } from 'zod'
import { Plan, planMarkdownLimit } from '#shared/domain/plan.ts'
import { Run } from '#shared/domain/run.ts'
import { PlanVersionId } from '#shared/ids.ts'
import { refusal } from '#shared/refusal.ts'
import { err, ok } from '#shared/result.ts'
import { keys } from '../keys.ts'
import { defineMutator } from '../mutator.ts'
import { getRow, putRow } from '../transaction.ts'
import { addVersion } from './add-version.ts'
import { SendPromptArgs, sendPrompt } from './send-prompt.ts'

export const TellPlanChangeArgs = SendPromptArgs.omit({ attachments: true }).extend({
  versionId: PlanVersionId,
  /** All of the plan, as the agent is to follow it. */
  markdown: z.string().max(planMarkdownLimit),
})
export type TellPlanChangeArgs = z.infer<typeof TellPlanChangeArgs>

/** Tells the agent of a run what has changed in its plan: a version, and a message that says what is another in it. */
export const tellPlanChange = defineMutator({
  name: 'tellPlanChange',
  args: TellPlanChangeArgs,
  intent: (args) => `prompt/${args.promptId}`,
  async run(tx, { versionId, markdown, ...prompt }, context) {
    const sent = await sendPrompt.run(tx, prompt, context)
    if (!sent.ok) return sent
    // Read again: the message may have started the next turn.
    const run = await getRow(tx, keys.run(prompt.runId), Run)
    if (run?.plan === undefined || run.plan.commit !== undefined)
      return err(refusal('stale', 'this run executes no plan'))
    const plan = await getRow(tx, keys.plan(run.plan.planId), Plan)
    if (plan === undefined) return err(refusal('not_found', 'plan'))
    const version = await addVersion(tx, plan, { id: versionId, origin: 'mention', runId: run.id, markdown }, context)
    const told = { version, versionId, at: context.now }
    await putRow(tx, keys.run(run.id), { ...run, plan: { ...run.plan, told } } satisfies Run)
    return ok()
  },
})
