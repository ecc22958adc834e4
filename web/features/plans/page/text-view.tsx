import { Show, type JSX } from 'solid-js'
import { PlanText } from '#shared/domain/plan.ts'
import type { PlanId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow } from '#sync/core/transaction.ts'
import { useQuery } from '../../../state/query.ts'
import { planWords } from '../../../words/plan.ts'
import styles from './text-view.module.css'

/** The plan's Markdown as the rows of this device have it, read only: for where the editor can't be, or has nothing yet. */
export function TextView(props: { readonly planId: PlanId; readonly why: string; readonly children?: JSX.Element }) {
  const text = useQuery(
    () => {
      const { planId } = props
      return (tx) => getRow(tx, keys.planText(planId), PlanText)
    },
    { key: null },
  )
  const known = () => (text.value === undefined || text.value.markdown === '' ? undefined : text.value)
  return (
    <div class={styles.scroller}>
      <div class={styles.why} role="status">
        <p>{known() === undefined && text.loaded ? planWords.fallback.nothing : props.why}</p>
        {props.children}
      </div>
      <Show when={known()}>
        {(row) => (
          <>
            <pre class={styles.text} tabindex="0" aria-label={planWords.fallback.label} dir="auto">
              {row().markdown}
            </pre>
            <Show when={!row().whole}>
              <p class={styles.cut}>{planWords.fallback.cut}</p>
            </Show>
          </>
        )}
      </Show>
    </div>
  )
}
