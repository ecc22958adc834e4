import { Show, createSignal } from 'solid-js'
import type { Plan } from '#shared/domain/plan.ts'
import type { PlanId } from '#shared/ids.ts'
import { useFrame } from '../../../state/frame.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { RowGrid, type Mover } from '../../../ui/row-grid.tsx'
import { plansWords } from '../../../words/plans.ts'
import { MoveDialog } from '../acts/move-dialog.tsx'
import type { PlanActs } from '../acts/plan-acts.ts'
import { PlanMenuItems } from '../acts/plan-menu.tsx'
import { RemoveDialog } from '../acts/remove-dialog.tsx'
import type { ListEntry } from './list-model.ts'
import { PlanRow } from './plan-row.tsx'
import type { PlansList } from './use-plans-list.ts'

/** The plans as rows, each with its menu. */
export function PlansGrid(props: {
  readonly list: PlansList
  readonly acts: PlanActs
  readonly cursor: PlanId | undefined
  readonly onCursor: (id: PlanId) => void
  readonly onOpen: (id: PlanId) => void
  readonly onArchive: (plan: Plan) => void
  readonly onDuplicate: (plan: Plan) => void
  readonly onMover: (mover: Mover) => void
}) {
  const frame = useFrame()
  const place = useTeamData().plansPlace
  const [moving, setMoving] = createSignal<Plan>()
  const [removing, setRemoving] = createSignal<Plan>()
  const withPlan = (act: (id: PlanId) => void) => (entry: ListEntry) => {
    if (entry.type === 'plan') act(entry.key)
  }
  const menu = (plan: () => Plan) => () => (
    <PlanMenuItems
      plan={plan()}
      acts={props.acts}
      onDuplicate={() => props.onDuplicate(plan())}
      onMove={() => setMoving(plan())}
      onRemove={() => setRemoving(plan())}
    />
  )
  return (
    <>
      <RowGrid<ListEntry>
        label={plansWords.list}
        entries={props.list.held.entries()}
        heading={(entry) => (entry.type === 'group' ? entry : undefined)}
        basis={props.list.basis()}
        place={place}
        handlers={props.list.held.handlers}
        phone={frame() === 'phone'}
        cursor={props.cursor}
        estimate={() => (frame() === 'phone' ? 64 : 36)}
        onCursor={withPlan((id) => props.onCursor(id))}
        onPick={withPlan((id) => props.onOpen(id))}
        onOpen={withPlan((id) => props.onOpen(id))}
        onKey={(event, entry) => {
          if (event.key !== 'e' || entry?.type !== 'plan' || !props.acts.mayEdit()) return false
          props.onArchive(entry.plan)
          return true
        }}
        onMover={props.onMover}
      >
        {(entry) => (
          <Show when={planOf(entry())}>
            {(plan) => (
              <PlanRow
                plan={plan()}
                local={props.list.isLocal(plan().id)}
                participants={props.list.participantsOf(plan().id)}
                reviews={props.list.reviewsOf(plan().id)}
                byDay={props.list.sort() === 'changed'}
                onOpen={() => props.onOpen(plan().id)}
                menu={props.acts.mayEdit() ? menu(plan) : undefined}
              />
            )}
          </Show>
        )}
      </RowGrid>
      <MoveDialog plan={moving()} onClose={() => setMoving(undefined)} acts={props.acts} />
      <RemoveDialog
        plan={removing()}
        onClose={() => setRemoving(undefined)}
        onRemove={(plan) => void props.acts.remove(plan)}
      />
    </>
  )
}

function planOf(entry: ListEntry): Plan | undefined {
  return entry.type === 'plan' ? entry.plan : undefined
}
