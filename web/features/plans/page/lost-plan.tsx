import { useNavigate } from '@tanstack/solid-router'
import { createSignal } from 'solid-js'
import type { PlanCopy } from '#sync/client/plans/plan-document.ts'
import { useLostPlans } from '../../../state/plan-copies.ts'
import { refusalText } from '../../../state/refusal-text.ts'
import { Button } from '../../../ui/button.tsx'
import { ConfirmDialog } from '../../../ui/dialog.tsx'
import { showToast } from '../../../ui/toast.tsx'
import { plansWords } from '../../../words/plans.ts'
import { titleOf } from '../list/list-model.ts'
import styles from '../plan-page.module.css'

/** A plan that is gone for everybody, with what was written into it here: it becomes a new one, or goes too. */
export function LostPlan(props: { readonly copy: PlanCopy }) {
  const lost = useLostPlans()
  const navigate = useNavigate()
  const [asking, setAsking] = createSignal(false)
  const words = plansWords.lost
  const title = () => titleOf(props.copy)
  const save = async (): Promise<void> => {
    try {
      const planId = await lost.save(props.copy)
      void navigate({ to: '/plans/$planId', params: { planId } })
    } catch (error) {
      showToast({ text: refusalText(error, plansWords.notMade) })
    }
  }
  return (
    <div class={styles.page}>
      <h1 class={styles.title}>{words.title(title())}</h1>
      <p class={styles.text}>{words.text}</p>
      <div class={styles.acts}>
        <Button size="lg" tone="ink" onClick={() => void save()}>
          {words.save}
        </Button>
        <Button size="lg" onClick={() => setAsking(true)}>
          {words.discard}
        </Button>
      </div>
      <ConfirmDialog
        open={asking()}
        onOpenChange={setAsking}
        title={words.discardTitle(title())}
        description={words.discardText}
        confirm={words.discard}
        tone="danger"
        onConfirm={() => {
          lost.discard(props.copy).catch((error: unknown) => showToast({ text: refusalText(error) }))
          void navigate({ to: '/plans' })
        }}
      />
    </div>
  )
}
