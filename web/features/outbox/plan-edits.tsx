import { Link } from '@tanstack/solid-router'
import { For, Show } from 'solid-js'
import type { PlanCopy } from '#sync/client/plans/plan-document.ts'
import { useFrame } from '../../state/frame.ts'
import { IntentMark } from '../../ui/intent-mark.tsx'
import { plansWords } from '../../words/plans.ts'
import styles from './outbox.module.css'

/** Plans whose texts are further here than on the server; each leads to its page, which has the ways on. */
export function PlanEdits(props: { readonly plans: readonly PlanCopy[] }) {
  const frame = useFrame()
  const titleOf = (copy: PlanCopy) => (copy.title === '' ? plansWords.untitled : copy.title)
  return (
    <ul class={styles.list}>
      <For each={props.plans.map(({ planId }) => planId)}>
        {(planId) => (
          <Show when={props.plans.find((copy) => copy.planId === planId)}>
            {(copy) => (
              <li>
                <Link to="/plans/$planId" params={{ planId }} class={styles.item} data-item>
                  <span class={styles.what}>
                    <span class={styles.deed}>{plansWords.edits(titleOf(copy()))}</span>
                    <Show when={copy().lost}>
                      <span class={styles.why}>{plansWords.lost.text}</span>
                    </Show>
                  </span>
                  <span class={styles.where}>
                    <IntentMark state={copy().lost ? 'refused' : 'local'} phone={frame() === 'phone'} />
                  </span>
                </Link>
              </li>
            )}
          </Show>
        )}
      </For>
    </ul>
  )
}
