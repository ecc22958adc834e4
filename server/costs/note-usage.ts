import { addToModels, priced, sumOfModels, type ModelUsage, type Spent } from '#shared/domain/cost.ts'
import type { ModelPrice } from '#shared/domain/model-prices.ts'
import type { Run, RunUsage } from '#shared/domain/run.ts'
import { utcDay, type Day, type UsageSums } from '#shared/domain/usage-day.ts'
import type { RunEventBody } from '#shared/protocol/run-event.ts'
import type { Effect } from '#sync/core/mutator.ts'

type UsageEvent = Extract<RunEventBody, { type: 'usage' }>

const dayMs = 24 * 60 * 60_000
const hourMs = 60 * 60_000

/** A machine whose clock is wrong must not write into other months. */
export function dayOfEvent(at: number, now: number): Day {
  return utcDay(at > now - 30 * dayMs && at < now + hourMs ? at : now)
}

/** What an event says was used since the one before; the sums of an older runner are compared with those that are known. */
export function spentBy(run: Run, { usage, spent }: UsageEvent): readonly Spent[] {
  if (spent !== undefined) return spent
  const known = run.usage
  const grown = (now: number | undefined, before: number | undefined): number => Math.max(0, (now ?? 0) - (before ?? 0))
  const added = {
    inputTokens: grown(usage.inputTokens, known?.inputTokens),
    outputTokens: grown(usage.outputTokens, known?.outputTokens),
  }
  const costUsd = grown(usage.costUsd, known?.costUsd)
  if (added.inputTokens === 0 && added.outputTokens === 0 && costUsd === 0) return []
  const { model } = run.config
  return [
    {
      source: 'harness',
      ...(model === undefined ? {} : { model }),
      ...added,
      ...(usage.costUsd === undefined ? {} : { costUsd }),
    },
  ]
}

/** The run's row with what was used, and what comes to the days of its team. */
export function noteUsage(
  run: Run,
  body: UsageEvent,
  { at, now, prices }: { readonly at: number; readonly now: number; readonly prices: readonly ModelPrice[] },
): { readonly run: Run; readonly effects: readonly Effect[] } {
  const spent = spentBy(run, body)
  const { contextUsed = run.usage?.contextUsed, contextSize = run.usage?.contextSize } = body.usage
  const models = spent.reduce<readonly ModelUsage[]>(
    (all, one) => addToModels(all, one, prices),
    run.usage?.models ?? [],
  )
  const usage: RunUsage = {
    ...run.usage,
    ...(contextUsed === undefined ? {} : { contextUsed }),
    ...(contextSize === undefined ? {} : { contextSize }),
    ...(models.length === 0 ? {} : { models: [...models], ...withoutNothing(sumOfModels(models)) }),
  }
  const effects = spent.map((one) => {
    const { inputTokens, outputTokens, cachedTokens, costUsd, unpricedTokens } = priced(one, prices)
    return usageEffect(run, dayOfEvent(at, now), one.model ?? '', {
      inputTokens,
      outputTokens,
      cachedTokens,
      costUsd,
      unpricedTokens,
    })
  })
  return { run: { ...run, usage, updatedAt: at }, effects }
}

/** A sum that was there before and is nought now is written, so that it does not stay. */
function withoutNothing(sums: ReturnType<typeof sumOfModels>): Partial<RunUsage> {
  return { ...sums, unpricedTokens: sums.unpricedTokens ?? 0 }
}

/** The time that a run went on, or waited for a person, between two of its states; and a turn that began. */
export function usageOfMoves(
  before: Run,
  after: Run,
  { at, now, turns }: { readonly at: number; readonly now: number; readonly turns: number },
): readonly Effect[] {
  const workMs = (after.usage?.workMs ?? 0) - (before.usage?.workMs ?? 0)
  const blockedMs = (after.usage?.blockedMs ?? 0) - (before.usage?.blockedMs ?? 0)
  if (workMs <= 0 && blockedMs <= 0 && turns === 0) return []
  return [usageEffect(after, dayOfEvent(at, now), after.config.model ?? '', { workMs, blockedMs, turns })]
}

function usageEffect(run: Run, day: Day, model: string, sums: Partial<UsageSums>): Effect {
  const { harness, sandbox } = run.config
  return { type: 'usage', teamId: run.teamId, runId: run.id, userId: run.createdBy, day, harness, sandbox, model, sums }
}
