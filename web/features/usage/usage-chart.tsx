import { For, Show, createMemo, createSignal, createUniqueId } from 'solid-js'
import { exactMoney } from '../../words/money.ts'
import { usageWords } from '../../words/usage.ts'
import { patternId, Patterns, Swatch } from './patterns.tsx'
import styles from './usage-chart.module.css'
import type { Chart } from './usage-model.ts'

/** Units of the drawing: what is drawn is stretched over the width there is. */
const height = 160
const barWidth = 12
const step = 16

/**
 * Stacked bars, each part by a colour and a pattern of its own. The bar that is looked at is told in words under it; arrows move. Behind it
 * stands the same as a table.
 */
export function UsageChart(props: {
  readonly chart: Chart
  readonly label: string
  readonly nameOf: (key: string) => string
  readonly barName: (key: string) => string
  readonly isMonths: boolean
}) {
  const id = createUniqueId()
  const [at, setAt] = createSignal<number>()
  const bars = () => props.chart.bars
  const width = () => Math.max(step, bars().length * step)
  const looked = () => bars()[Math.min(at() ?? bars().length - 1, bars().length - 1)]
  const scale = (usd: number): number => (usd / props.chart.top) * height
  const told = createMemo(() => {
    const bar = looked()
    if (bar === undefined) return ''
    if (bar.usd === 0) return usageWords.noneOn(props.barName(bar.key))
    const parts = bar.parts
      .toReversed()
      .map((part) => `${props.nameOf(props.chart.series[part.series] ?? '')} ${exactMoney(part.usd)}`)
    const whole = usageWords.barOf(props.barName(bar.key), exactMoney(bar.usd))
    return parts.length > 1 ? `${whole} (${parts.join(', ')})` : whole
  })
  const handleKey = (event: KeyboardEvent): void => {
    const now = at() ?? bars().length - 1
    const next = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: bars().length - 1 }[event.key]
    if (next === undefined) return
    event.preventDefault()
    setAt(Math.max(0, Math.min(bars().length - 1, next)))
  }
  return (
    <figure class={styles.figure} aria-labelledby={`${id}-label`}>
      <figcaption id={`${id}-label`} class={styles.caption}>
        {props.label}
        <span class={styles.top}>{exactMoney(props.chart.top)}</span>
      </figcaption>
      <div
        class={styles.plot}
        role="slider"
        tabindex="0"
        aria-label={`${props.label}. ${usageWords.chartKeys}`}
        aria-valuemin={1}
        aria-valuemax={bars().length}
        aria-valuenow={Math.min(at() ?? bars().length - 1, bars().length - 1) + 1}
        aria-valuetext={told()}
        onKeyDown={handleKey}
      >
        <svg viewBox={`0 0 ${width()} ${height}`} preserveAspectRatio="none" aria-hidden="true" class={styles.svg}>
          <Patterns prefix={id} />
          <For each={[0, 0.5, 1]}>
            {(share) => <line class={styles.grid} x1={0} x2={width()} y1={height * share} y2={height * share} />}
          </For>
          <For each={bars()}>
            {(bar, index) => (
              <g>
                <For each={bar.parts}>
                  {(part) => (
                    <rect
                      class={styles.part}
                      x={index() * step + (step - barWidth) / 2}
                      y={height - scale(part.from + part.usd)}
                      width={barWidth}
                      height={Math.max(1, scale(part.usd))}
                      fill={`url(#${patternId(id, part.series)})`}
                    />
                  )}
                </For>
                <rect
                  class={styles.hit}
                  data-looked={looked() === bar && at() !== undefined ? '' : undefined}
                  x={index() * step}
                  y={0}
                  width={step}
                  height={height}
                  onPointerEnter={() => setAt(index())}
                  onPointerDown={() => setAt(index())}
                />
              </g>
            )}
          </For>
        </svg>
      </div>
      <p class={styles.ends} aria-hidden="true">
        <span>{props.barName(bars()[0]?.key ?? '')}</span>
        <span>{props.barName(bars().at(-1)?.key ?? '')}</span>
      </p>
      <p class={styles.told}>{told()}</p>
      <ul class={styles.legend}>
        <For each={props.chart.series}>
          {(key, index) => (
            <li>
              <Swatch prefix={`${id}-${index()}`} series={index()} />
              {props.nameOf(key)}
            </li>
          )}
        </For>
      </ul>
      <details class={styles.details}>
        <summary class={styles.summary}>{usageWords.asTable}</summary>
        {/* What is wider than the page is moved by keys too. */}
        <div class={styles.wide} tabindex="0" role="region" aria-label={usageWords.asTable}>
          <table class={styles.table}>
            <thead>
              <tr>
                <th scope="col">{props.isMonths ? usageWords.month : usageWords.day}</th>
                <For each={props.chart.series}>{(key) => <th scope="col">{props.nameOf(key)}</th>}</For>
                <th scope="col">{usageWords.sum}</th>
              </tr>
            </thead>
            <tbody>
              <For each={bars().filter(({ usd }) => usd > 0)}>
                {(bar) => (
                  <tr>
                    <th scope="row">{props.barName(bar.key)}</th>
                    <For each={props.chart.series}>
                      {(_, index) => (
                        <td>
                          <Show when={bar.parts.find((part) => part.series === index())} fallback="–">
                            {(part) => exactMoney(part().usd)}
                          </Show>
                        </td>
                      )}
                    </For>
                    <td>{exactMoney(bar.usd)}</td>
                  </tr>
                )}
              </For>
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  )
}
