import { Link } from '@tanstack/solid-router'
import { NotebookText } from 'lucide'
import { For, Show } from 'solid-js'
import type { SentPlan } from '#shared/domain/sent-plan.ts'
import { useNow } from '../../../state/clock.ts'
import { Icon } from '../../../ui/icon.tsx'
import { runWords } from '../../../words/run.ts'
import { whenWords } from '../../../words/time.ts'
import styles from './sent-plans.module.css'

/** The plans that went to the agent with a message, as they were then. */
export function SentPlans(props: { readonly plans: readonly SentPlan[] }) {
  const now = useNow()
  return (
    <Show when={props.plans.length > 0}>
      <ul class={styles.plans}>
        <For each={props.plans}>
          {(plan) => (
            <li>
              <Show
                when={plan.version}
                fallback={
                  <span class={styles.plan} title={runWords.notSentPlanWhy}>
                    <Icon of={NotebookText} size="sm" />
                    <span class={styles.title}>{runWords.notSentPlan(plan.title)}</span>
                  </span>
                }
              >
                {(version) => (
                  <Link
                    to="/plans/$planId"
                    params={{ planId: plan.planId }}
                    search={{ version: version().n }}
                    class={styles.plan}
                    preload={false}
                  >
                    <Icon of={NotebookText} size="sm" />
                    <span class={styles.title}>{runWords.sentPlan(plan.title, whenWords(version().at, now()))}</span>
                    <Show when={plan.cut}>
                      <span class={styles.cut}>{runWords.sentPlanCut}</span>
                    </Show>
                  </Link>
                )}
              </Show>
            </li>
          )}
        </For>
      </ul>
    </Show>
  )
}
