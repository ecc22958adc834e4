import { budgetSentence, levelOf, moreUsdOf } from '#shared/domain/budget.ts'
import { addToModels, sumOfModels, type ModelUsage } from '#shared/domain/cost.ts'
import type { ModelPrice } from '#shared/domain/model-prices.ts'
import type { RunUsage } from '#shared/domain/run.ts'
import {
  emptyMeter,
  readGateway,
  readHarness,
  startPrompt,
  type GatewayReading,
  type HarnessReading,
  type Metered,
} from '#shared/domain/usage-meter.ts'
import type { Assignment } from '#shared/protocol/runner-link.ts'
import type { Journal } from './journal.ts'
import type { Transcript } from './transcript.ts'

/** What a run has used and may still spend. The numbers are in its journal with each event, so a new process counts on. */
export interface Spending {
  /** A turn begins, with the limit and the prices of that moment. */
  begin(assignment: Assignment): void
  startPrompt(): void
  harness(reading: Omit<HarnessReading, 'session' | 'model'>): void
  /** A call that went through the runner's own way to the models. */
  gateway(reading: GatewayReading): void
  context(context: Pick<RunUsage, 'contextUsed' | 'contextSize'>): void
  /** The limit is reached, and what it would be raised by. */
  spent(): { spentUsd: number; limitUsd: number; moreUsd: number } | undefined
  raise(moreUsd: number): void
  /** Called as soon as the limit is reached. */
  onSpent(act: () => void): () => void
}

export function createSpending({ journal, transcript }: { journal: Journal; transcript: Transcript }): Spending {
  let meter = journal.memory().meter ?? emptyMeter
  let model: string | undefined
  let prices: readonly ModelPrice[] = []
  let limitUsd: number | undefined
  let moreUsd = 0
  /** What the run spent elsewhere, on a machine that had it before. */
  let elsewhereUsd = 0
  let warned = false
  const watchers = new Set<() => void>()

  const models = (): readonly ModelUsage[] => journal.memory().usage?.models ?? []
  const spentUsd = (): number => sumOfModels(models()).costUsd + elsewhereUsd

  function tell(context: Pick<RunUsage, 'contextUsed' | 'contextSize'>, metered?: Metered): void {
    if (metered !== undefined) meter = metered.meter
    const all = (metered?.spent ?? []).reduce((sum, one) => addToModels(sum, one, prices), models())
    const usage: RunUsage = {
      ...journal.memory().usage,
      ...context,
      ...(all.length === 0 ? {} : { ...sumOfModels(all), models: [...all] }),
    }
    journal.append({ type: 'usage', usage, spent: [...(metered?.spent ?? [])], meter })
    watch()
  }

  function watch(): void {
    const level = levelOf(spentUsd(), limitUsd)
    if (level === 'near' && !warned) {
      warned = true
      transcript.notice('warning', budgetSentence(spentUsd(), limitUsd ?? 0))
    }
    if (level === 'spent') for (const act of watchers) act()
  }

  return {
    begin: ({ config, budget, prices: own }) => {
      model = config.model
      prices = own ?? []
      const isFirst = moreUsd === 0
      limitUsd = budget?.limitUsd
      elsewhereUsd = Math.max(0, (budget?.spentUsd ?? 0) - sumOfModels(models()).costUsd)
      if (isFirst && budget !== undefined) moreUsd = moreUsdOf(config.budgetUsd ?? budget.limitUsd)
      warned = levelOf(spentUsd(), limitUsd) !== 'within'
    },
    startPrompt: () => {
      meter = startPrompt(meter)
    },
    harness: (reading) => {
      const session = journal.memory().facts.sessionId
      tell({}, readHarness(meter, { ...reading, session, model }))
    },
    gateway: (reading) => tell({}, readGateway(meter, reading, model)),
    context: (context) => tell(context),
    spent: () => {
      const usd = spentUsd()
      if (limitUsd === undefined || levelOf(usd, limitUsd) !== 'spent') return undefined
      return { spentUsd: usd, limitUsd, moreUsd }
    },
    raise: (by) => {
      limitUsd = (limitUsd ?? 0) + by
      warned = levelOf(spentUsd(), limitUsd) !== 'within'
    },
    onSpent: (act) => {
      watchers.add(act)
      return () => void watchers.delete(act)
    },
  }
}
