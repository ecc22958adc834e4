import { ArrowUpDown, Check, Minus, Pencil, Plus } from 'lucide'
import { For, Match, Show, Switch, createMemo } from 'solid-js'
import type { Comparison } from '#sync/core/plan/compare.ts'
import { Button } from '../../../ui/button.tsx'
import { Icon } from '../../../ui/icon.tsx'
import { PlusMinus } from '../../../ui/text/plus-minus.tsx'
import { historyWords } from '../../../words/plan-history.ts'
import { textOf } from './compare-rows.ts'
import type { Compared } from './use-comparison.ts'
import styles from './plan-history.module.css'

/** How two versions differ, in a few lines; `a` and `b` are what they are called. */
export function Difference(props: {
  readonly compared: Compared
  readonly a: string
  readonly b: string
  readonly onShow: () => void
  /** Absent: not for this person. */
  readonly onRestore: (() => void) | undefined
}) {
  return (
    <section class={styles.sum}>
      <h3 class={styles.sumHead}>
        <span class={styles.sumName}>{historyWords.between(props.a, props.b)}</span>
        <span class={styles.numbers}>
          <PlusMinus
            added={props.compared.comparison()?.added ?? 0}
            removed={props.compared.comparison()?.removed ?? 0}
          />
        </span>
      </h3>
      <Switch>
        <Match when={props.compared.state() === 'loading'}>
          <p class={styles.quiet} role="status">
            {historyWords.loading}
          </p>
        </Match>
        <Match when={props.compared.state() === 'not_here' || props.compared.state() === 'gone'}>
          <p class={styles.quiet} role="status">
            {props.compared.state() === 'gone' ? historyWords.gone : historyWords.notHere}
          </p>
          <Button size="sm" onClick={() => props.compared.retry()}>
            {historyWords.retry}
          </Button>
        </Match>
        <Match when={props.compared.comparison()}>
          {(comparison) => (
            <>
              <Headlines comparison={comparison()} />
              <div class={styles.acts}>
                <Button size="sm" onClick={() => props.onShow()}>
                  {historyWords.show}
                </Button>
                <Show when={props.onRestore}>
                  {(restore) => (
                    <Button size="sm" tone="ghost" title={props.a} onClick={() => restore()()}>
                      {historyWords.restore}
                    </Button>
                  )}
                </Show>
              </div>
            </>
          )}
        </Match>
      </Switch>
    </section>
  )
}

const signs = {
  same: Check,
  added: Plus,
  removed: Minus,
  changed: Pencil,
  left: ArrowUpDown,
  came: ArrowUpDown,
} as const

/** The first few changes: what came, what went. */
function Headlines(props: { readonly comparison: Comparison }) {
  const changed = createMemo(() =>
    props.comparison.changes.filter(({ kind }) => kind !== 'same' && kind !== 'left').slice(0, 4),
  )
  return (
    <ul class={styles.headlines}>
      <For each={changed()} fallback={<HeadlineEqual />}>
        {(change) => (
          <li>
            <Icon of={signs[change.kind]} size="sm" />
            <span dir="auto">
              {historyWords.kind[change.kind]}: {firstLine(textOf(change))}
            </span>
          </li>
        )}
      </For>
    </ul>
  )
}

function HeadlineEqual() {
  return (
    <li>
      <Icon of={Check} size="sm" />
      <span>{historyWords.equal}</span>
    </li>
  )
}

function firstLine(text: string): string {
  // Without the signs of Markdown: what it is the page says.
  const line = (text.split('\n', 1)[0] ?? '').replace(/^(?:#{1,6} |> |[-*] (?:\[[ x]\] )?)+/, '')
  return line.length > 90 ? `${line.slice(0, 89).toWellFormed()}…` : line
}
