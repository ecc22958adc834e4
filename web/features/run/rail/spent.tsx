import { For, Show } from 'solid-js'
import { budgetLevel } from '#shared/domain/budget.ts'
import { useNow } from '../../../state/clock.ts'
import { RailFacts, RailSection } from '../../../ui/rail/rail.tsx'
import { exactMoney } from '../../../words/money.ts'
import { runWords } from '../../../words/run.ts'
import { spanWords } from '../../../words/time.ts'
import { useScene } from '../scene.ts'

/** What the run has cost, of what it may, with its parts; the time it took, and how full its context is. */
export function Spent() {
  const scene = useScene()
  const now = useNow()
  const usage = () => scene.run().usage
  const took = () =>
    scene.run().startedAt === undefined ? undefined : (scene.run().endedAt ?? now()) - (scene.run().startedAt ?? 0)
  const context = () => {
    const known = usage()
    return known?.contextUsed === undefined || known.contextSize === undefined || known.contextSize === 0
      ? undefined
      : Math.round((known.contextUsed / known.contextSize) * 100)
  }
  const tokens = () => {
    const known = usage()
    return known?.inputTokens === undefined && known?.outputTokens === undefined
      ? undefined
      : { inputs: known.inputTokens ?? 0, outputs: known.outputTokens ?? 0, cached: known.cachedTokens ?? 0 }
  }
  /** "$0.84 of $5.00", and in words that the limit is near. */
  const cost = (): string | undefined => {
    const [spent, limit] = [usage()?.costUsd, scene.run().budget?.limitUsd]
    if (limit === undefined) return spent === undefined ? undefined : exactMoney(spent)
    const level = budgetLevel(scene.run())
    const sums = runWords.rail.costOf(exactMoney(spent ?? 0), exactMoney(limit))
    return level === 'within' ? sums : `${sums}, ${level === 'near' ? runWords.rail.nearLimit : runWords.rail.atLimit}`
  }
  const models = () => {
    const all = usage()?.models ?? []
    return all.length > 1 ? all : []
  }
  return (
    <Show when={took() !== undefined || cost() !== undefined || tokens() !== undefined}>
      <RailSection title={runWords.rail.spent}>
        <RailFacts>
          <Show when={cost()}>
            {(words) => (
              <>
                <dt>{runWords.rail.cost}</dt>
                <dd>{words()}</dd>
              </>
            )}
          </Show>
          <For each={models()}>
            {(part) => (
              <>
                <dt>{part.model ?? runWords.rail.unknownModel}</dt>
                <dd>{part.unpricedTokens === undefined ? exactMoney(part.costUsd) : '–'}</dd>
              </>
            )}
          </For>
          <Show when={(usage()?.unpricedTokens ?? 0) > 0}>
            <dt />
            <dd>{runWords.rail.unpriced(usage()?.unpricedTokens ?? 0)}</dd>
          </Show>
          <Show when={took() !== undefined}>
            <dt>{runWords.rail.time}</dt>
            <dd>{spanWords(took() ?? 0)}</dd>
          </Show>
          <Show when={(usage()?.blockedMs ?? 0) >= 1000}>
            <dt>{runWords.rail.waited}</dt>
            <dd>{spanWords(usage()?.blockedMs ?? 0)}</dd>
          </Show>
          <Show when={context() !== undefined}>
            <dt>{runWords.rail.context}</dt>
            <dd>{runWords.rail.contextUsed(context() ?? 0)}</dd>
          </Show>
          <Show when={tokens()}>
            {(known) => (
              <>
                <dt>{runWords.rail.tokens}</dt>
                <dd>{runWords.rail.tokensUsed(known().inputs, known().outputs, known().cached)}</dd>
              </>
            )}
          </Show>
        </RailFacts>
      </RailSection>
    </Show>
  )
}
