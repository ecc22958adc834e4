import type { Prompt } from '#shared/domain/prompt.ts'
import { nextState, type Run } from '#shared/domain/run.ts'
import type { Refusal } from '#shared/refusal.ts'
import { ok, type Result } from '#shared/result.ts'
import { keys } from '../keys.ts'
import type { Effect, MutationContext } from '../mutator.ts'
import { mayUse } from './team-agents.ts'
import { putRow, type WriteTransaction } from '../transaction.ts'

/** A run that has ended goes on with this message, whose row stands in the queue until its agent has it. */
export async function startNextTurn(
  tx: WriteTransaction,
  run: Run,
  prompt: Prompt,
  context: MutationContext,
): Promise<Result<void, Refusal>> {
  const next = nextState(run.state, 'continue')
  if (!next.ok) return next
  const allowed = await mayUse(tx, run.config)
  if (!allowed.ok) return allowed
  // The times are those of a turn: the hours between two of them are nobody's work.
  const { reason: _reason, stop: _stop, asks: _asks, startedAt: _startedAt, endedAt: _endedAt, ...rest } = run
  const going: Run = {
    ...rest,
    state: next.value,
    stateAt: context.now,
    turn: run.turn + 1,
    updatedAt: context.now,
  }
  await putRow(tx, keys.run(run.id), going)
  context.effect({ type: 'transition', runId: run.id, event: 'continue', from: run.state, to: next.value })
  context.effect(dispatchOf(going, prompt))
  return ok()
}

/** The turn that the run is at, with the message that it begins with, waits for a runner. */
export function dispatchOf(run: Run, prompt: Pick<Prompt, 'id' | 'text' | 'by' | keyof Extras>): Effect {
  return {
    type: 'dispatch',
    teamId: run.teamId,
    assignment: {
      runId: run.id,
      turn: run.turn,
      title: run.title,
      config: run.config,
      prompt: { promptId: prompt.id, text: prompt.text, by: prompt.by, ...extrasOf(prompt) },
    },
  }
}

type Extras = Pick<Prompt, 'automatic' | 'plans' | 'attachments'>

/** What stands with the text, for the agent's machine. */
export function extrasOf({ automatic, plans, attachments }: Extras): Extras {
  return {
    ...(automatic === undefined ? {} : { automatic }),
    ...(plans === undefined ? {} : { plans }),
    ...(attachments === undefined || attachments.length === 0 ? {} : { attachments }),
  }
}
