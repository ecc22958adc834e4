import { Link, useParams, useSearch } from '@tanstack/solid-router'
import { ErrorBoundary, Match, Show, Switch, createMemo } from 'solid-js'
import { Plan } from '#shared/domain/plan.ts'
import { PlanId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, type ReadTransaction } from '#sync/core/transaction.ts'
import { usePlanCopies } from '../../state/plan-copies.ts'
import { PlanSearch } from '../../state/plans-search.ts'
import { useQuery } from '../../state/query.ts'
import { useStatus } from '../../state/sync-status.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useTitle } from '../../state/title.ts'
import { Button, ButtonInside, buttonClass } from '../../ui/button.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { planWords } from '../../words/plan.ts'
import { titleOf } from './list/list-model.ts'
import { LostPlan } from './page/lost-plan.tsx'
import { PlanView } from './page/plan-view.tsx'
import styles from './plan-page.module.css'

/** `/plans/<id>`: the plan, or why it can't be shown. */
export function PlanPage() {
  const params = useParams({ strict: false })
  const search = useSearch({ strict: false })
  const data = useTeamData()
  const status = useStatus()
  const planId = createMemo(() => PlanId.safeParse(params().planId).data)
  // The list of all may still be on its way out of the store.
  const direct = useQuery(() => planOf(planId()), { key: null })
  const plan = createMemo(() => {
    const id = planId()
    return id === undefined ? undefined : (data.plans.get(keys.plan(id)) ?? direct.value)
  })
  const copies = usePlanCopies()
  /** It is gone for everybody, but not what was written into it here. */
  const lost = createMemo(() => {
    const id = planId()
    const copy = id === undefined ? undefined : copies().get(id)
    return copy?.lost === true ? copy : undefined
  })
  useTitle(() => {
    const known = plan()
    return known === undefined ? undefined : titleOf(known)
  })
  return (
    <ErrorBoundary
      fallback={(error: unknown, reset) => (
        <div class={styles.page}>
          <ErrorState
            title={planWords.broken.title}
            text={planWords.broken.text}
            detail={error instanceof Error ? (error.stack ?? error.message) : String(error)}
          >
            <Button size="lg" onClick={reset}>
              {planWords.broken.reload}
            </Button>
          </ErrorState>
        </div>
      )}
    >
      <Switch>
        <Match when={plan()?.id} keyed>
          {(id) => {
            // The row keeps its last state while the page is left because the plan went.
            const known = createMemo<Plan | undefined>((before) => (plan()?.id === id ? plan() : before))
            return (
              <Show when={known()}>
                {(now) => (
                  <PlanView
                    plan={now()}
                    section={PlanSearch.parse(search()).section}
                    version={PlanSearch.parse(search()).version}
                  />
                )}
              </Show>
            )
          }}
        </Match>
        <Match when={lost()} keyed>
          {(copy) => <LostPlan copy={copy} />}
        </Match>
        <Match
          when={
            planId() !== undefined &&
            (!direct.loaded || (status().connection !== 'offline' && status().freshAt === undefined))
          }
        >
          <div class={styles.page}>
            <SkeletonRows waitsFor={planWords.coming} />
          </div>
        </Match>
        <Match when={planId() !== undefined && status().connection === 'offline'}>
          <div class={styles.page}>
            <h1 class={styles.title}>{planWords.notHere.title}</h1>
            <p class={styles.text}>{planWords.notHere.text}</p>
            <AllPlans />
          </div>
        </Match>
        <Match when={true}>
          <div class={styles.page}>
            <h1 class={styles.title}>{planWords.notFound.title}</h1>
            <p class={styles.text}>{planWords.notFound.text}</p>
            <AllPlans />
          </div>
        </Match>
      </Switch>
    </ErrorBoundary>
  )
}

function planOf(id: PlanId | undefined): (tx: ReadTransaction) => Promise<Plan | undefined> {
  return async (tx) => (id === undefined ? undefined : getRow(tx, keys.plan(id), Plan))
}

function AllPlans() {
  return (
    <Link to="/plans" class={buttonClass} data-tone="plain" data-size="lg">
      <ButtonInside>{planWords.notFound.all}</ButtonInside>
    </Link>
  )
}
