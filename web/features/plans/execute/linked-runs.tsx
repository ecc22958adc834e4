import { Link } from '@tanstack/solid-router'
import { For, Show, createMemo, type Accessor } from 'solid-js'
import { displayState, type Run } from '#shared/domain/run.ts'
import type { PlanId } from '#shared/ids.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { StatusGlyph } from '../../../ui/status-glyph.tsx'
import { planCommitWords } from '../../../words/plan-commit.ts'
import { planWords } from '../../../words/plan.ts'
import styles from './linked-runs.module.css'

const shownRuns = 8

/** Runs that execute this plan or a part of it, the newest first. */
export function useRunsOf(planId: PlanId): Accessor<readonly Run[]> {
  const { runs } = useTeamData()
  return createMemo<readonly Run[]>(
    () =>
      runs
        .all()
        .filter((run) => run.plan?.planId === planId)
        .toReversed(),
    [],
    { equals: (a, b) => a.length === b.length && a.every((run, index) => run === b[index]) },
  )
}

/** Under the outline: what was made of the plan. */
export function LinkedRuns(props: { readonly runs: readonly Run[] }) {
  return (
    <Show when={props.runs.length > 0}>
      <section class={styles.linked} aria-label={planWords.execute.runs}>
        <h2 class={styles.title}>{planWords.execute.runs}</h2>
        <For each={props.runs.slice(0, shownRuns)}>
          {(run) => (
            <Link to="/runs/$runId" params={{ runId: run.id }} class={styles.run} title={run.title} preload={false}>
              <StatusGlyph state={displayState(run)} />
              <span class={styles.name} dir="auto">
                {nameOf(run)}
              </span>
              <Show when={run.tasks}>
                {(tasks) => (
                  <span class={styles.count}>{planWords.outline.stepsShort(tasks().done, tasks().total)}</span>
                )}
              </Show>
            </Link>
          )}
        </For>
        <Show when={props.runs.length > shownRuns}>
          <p class={styles.more}>{planWords.execute.moreRuns(props.runs.length - shownRuns)}</p>
        </Show>
      </section>
    </Show>
  )
}

function nameOf({ plan }: Run): string {
  if (plan?.commit !== undefined) return planCommitWords.run(plan.commit.branch)
  return plan?.part ?? planWords.execute.wholeShort
}
