import { createMemo } from 'solid-js'
import type { Plan } from '#shared/domain/plan.ts'
import { ConfirmDialog } from '../../../ui/dialog.tsx'
import { plansWords } from '../../../words/plans.ts'
import { titleOf } from '../list/list-model.ts'

/** Asks before a plan is gone for everybody. */
export function RemoveDialog(props: {
  readonly plan: Plan | undefined
  readonly onClose: () => void
  readonly onRemove: (plan: Plan) => void
}) {
  // The dialog closes before it acts, and shows its plan while it goes.
  const plan = createMemo<Plan | undefined>((before) => props.plan ?? before)
  const title = () => {
    const known = plan()
    return known === undefined ? '' : titleOf(known)
  }
  return (
    <ConfirmDialog
      open={props.plan !== undefined}
      onOpenChange={(open) => open || props.onClose()}
      title={plansWords.removeDialog.title(title())}
      description={plansWords.removeDialog.text}
      confirm={plansWords.removeDialog.confirm}
      tone="danger"
      onConfirm={() => {
        const known = plan()
        if (known !== undefined) props.onRemove(known)
      }}
    />
  )
}
