import { budgetSentence, usdWords } from '#shared/domain/budget.ts'
import type { Permissions } from './permissions.ts'
import type { Spending } from './spending.ts'
import { TurnEnded, type TurnEnd } from './turn-end.ts'

/** `open`: the agent may go on. `denied`: a person said no. `withdrawn`: the question is gone, since the turn was stopped or a message came. */
export type PaidWay = 'open' | 'denied' | 'withdrawn'

/** `cut`: it was stopped because the run's money is spent. */
export interface Prompted {
  end: TurnEnd
  cut: boolean
}

/** What an agent hears that was stopped for its money. */
export const goOn = 'Go on from where you were stopped.'

/** After `session/cancel` the harness has so long to answer; one that goes on spending is ended. */
const graceMs = 10_000

/** Asks the run's people while its limit is reached. */
export async function askForMoney(
  spending: Spending,
  { permissions, declaration }: { permissions: Pick<Permissions, 'ask'>; declaration: { name: string } },
): Promise<PaidWay> {
  for (let spent = spending.spent(); spent !== undefined; spent = spending.spent()) {
    const outcome = await permissions.ask({
      title: `${declaration.name} has spent what this run may cost`,
      subject: {
        kind: 'question',
        question: `${budgetSentence(spent.spentUsd, spent.limitUsd)} Go on with ${usdWords(spent.moreUsd)} more, or stop?`,
        budget: spent,
      },
      reason: 'A run asks before it spends more than its limit.',
      options: [
        { optionId: 'go-on', kind: 'allow_once', name: `Go on with ${usdWords(spent.moreUsd)} more` },
        { optionId: 'stop', kind: 'reject_once', name: 'Stop' },
      ],
    })
    if (outcome.kind === 'lapsed') return 'withdrawn'
    if (outcome.kind === 'ruled' || outcome.option?.kind !== 'allow_once') return 'denied'
    spending.raise(spent.moreUsd)
  }
  return 'open'
}

export function stoppedPrompt(way: Exclude<PaidWay, 'open'>): TurnEnd {
  if (way === 'denied')
    throw new TurnEnded({
      event: 'fail',
      reason: {
        code: 'budget_exceeded',
        text: 'The run has spent its budget, and was not given more. Send a message to go on: it asks again.',
        retryable: true,
      },
    })
  return {
    event: 'fail',
    reason: { code: 'budget_exceeded', text: 'The run has spent its budget and waits for more.', retryable: true },
  }
}

/** While a prompt is answered: stops it as soon as the limit is reached. `deaf` rejects when the harness does not stop. */
export function watchLimit(
  spending: Spending,
  stop: () => void,
): { deaf: Promise<never>; cut: () => boolean; close: () => void } {
  const { promise: deaf, reject } = Promise.withResolvers<never>()
  deaf.catch(() => {})
  let timer: ReturnType<typeof setTimeout> | undefined
  const forget = spending.onSpent(() => {
    if (timer !== undefined) return
    timer = setTimeout(
      () =>
        reject(
          new TurnEnded({
            event: 'error',
            reason: {
              code: 'budget_exceeded',
              text: 'The run has spent its budget and its agent did not stop, so it was ended.',
              retryable: true,
            },
          }),
        ),
      graceMs,
    )
    stop()
  })
  return {
    deaf,
    cut: () => timer !== undefined,
    close: () => {
      clearTimeout(timer)
      forget()
    },
  }
}
