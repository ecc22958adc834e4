import type { Accessor } from 'solid-js'
import type { Plan } from '#shared/domain/plan.ts'
import { MoveDialog } from '../acts/move-dialog.tsx'
import type { PlanActs } from '../acts/plan-acts.ts'
import { RemoveDialog } from '../acts/remove-dialog.tsx'
import { CommitDialog } from '../commit/commit-dialog.tsx'
import { SharePlanDialog } from '../share/share-plan-dialog.tsx'

export type PlanDialog = 'commit' | 'share' | 'move' | 'remove'

/** What the plan's menu asks; one at a time. */
export function PlanDialogs(props: {
  readonly plan: Plan
  readonly title: string
  readonly acts: PlanActs
  readonly open: Accessor<PlanDialog | undefined>
  readonly onOpen: (dialog: PlanDialog | undefined) => void
  readonly onRemove: (plan: Plan) => void
}) {
  const isOpen = (dialog: PlanDialog): boolean => props.open() === dialog
  const change = (dialog: PlanDialog) => (opened: boolean) => props.onOpen(opened ? dialog : undefined)
  const close = (): void => props.onOpen(undefined)
  return (
    <>
      <CommitDialog
        planId={props.plan.id}
        title={props.title}
        open={isOpen('commit')}
        onOpenChange={change('commit')}
      />
      <SharePlanDialog planId={props.plan.id} open={isOpen('share')} onOpenChange={change('share')} />
      <MoveDialog plan={isOpen('move') ? props.plan : undefined} onClose={close} acts={props.acts} />
      <RemoveDialog plan={isOpen('remove') ? props.plan : undefined} onClose={close} onRemove={props.onRemove} />
    </>
  )
}
