import { Link } from '@tanstack/solid-router'
import { For, Show, createMemo, type Accessor } from 'solid-js'
import type { Plan } from '#shared/domain/plan.ts'
import { displayState, type Run } from '#shared/domain/run.ts'
import type { PlanId } from '#shared/ids.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { StatusGlyph } from '../../../ui/status-glyph.tsx'
import { Switch } from '../../../ui/switch.tsx'
import { Time } from '../../../ui/time.tsx'
import { planCommitWords } from '../../../words/plan-commit.ts'
import { planWords } from '../../../words/plan.ts'
import type { PlanActs } from '../acts/plan-acts.ts'
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
export function LinkedRuns(props: {
  readonly runs: readonly Run[]
  readonly plan: Plan
  readonly acts: Pick<PlanActs, 'mayEdit' | 'setTells'>
}) {
  return (
    <Show when={props.runs.length > 0 || props.plan.tells !== undefined}>
      <section class={styles.linked} aria-label={planWords.execute.runs}>
        <h2 class={styles.title}>{planWords.execute.runs}</h2>
        <For each={props.runs.slice(0, shownRuns)}>
          {(run) => (
            <>
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
              <Show when={run.plan?.told}>
                {(told) => (
                  <p class={styles.told}>
                    {planWords.execute.told(told().version)}
                    <Show when={told().at}>
                      {(at) => (
                        <>
                          {' · '}
                          <Time at={at()} form="when" />
                        </>
                      )}
                    </Show>
                  </p>
                )}
              </Show>
            </>
          )}
        </For>
        <Show when={props.runs.length > shownRuns}>
          <p class={styles.more}>{planWords.execute.moreRuns(props.runs.length - shownRuns)}</p>
        </Show>
        <div class={styles.tells}>
          <Switch
            label={planWords.execute.tells}
            hint={planWords.execute.tellsHint}
            checked={props.plan.tells !== undefined}
            disabled={!props.acts.mayEdit()}
            onChange={(on) => void props.acts.setTells(props.plan, on)}
          />
        </div>
      </section>
    </Show>
  )
}

function nameOf({ plan }: Run): string {
  if (plan?.commit !== undefined) return planCommitWords.run(plan.commit.branch)
  return plan?.part ?? planWords.execute.wholeShort
}
