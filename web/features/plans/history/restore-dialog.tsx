import { createMemo } from 'solid-js'
import type { PlanVersion } from '#shared/domain/plan.ts'
import { ConfirmDialog } from '../../../ui/dialog.tsx'
import { historyWords } from '../../../words/plan-history.ts'

/** Asks before a plan becomes for everybody what it was. */
export function RestoreDialog(props: {
  readonly version: PlanVersion | undefined
  readonly nameOf: (version: PlanVersion) => string
  readonly onClose: () => void
  readonly onRestore: (version: PlanVersion) => void
}) {
  // The dialog closes before it acts, and shows its version while it goes.
  const version = createMemo<PlanVersion | undefined>((before) => props.version ?? before)
  const name = () => {
    const known = version()
    return known === undefined ? '' : props.nameOf(known)
  }
  return (
    <ConfirmDialog
      open={props.version !== undefined}
      onOpenChange={(open) => open || props.onClose()}
      title={historyWords.restoreTitle(name())}
      description={historyWords.restoreText}
      confirm={historyWords.restoreDo}
      onConfirm={() => {
        const known = version()
        if (known !== undefined) props.onRestore(known)
      }}
    />
  )
}
