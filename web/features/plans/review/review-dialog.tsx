import { Show, createEffect, createSignal, createUniqueId, on } from 'solid-js'
import type { Plan } from '#shared/domain/plan.ts'
import { reviewNoteLimit, type PlanReview, type PlanVerdict } from '#shared/domain/plan-review.ts'
import type { PlanDocument } from '#sync/client/plans/plan-document.ts'
import { useTextDraft } from '../../../state/draft.ts'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { TextArea } from '../../../ui/field.tsx'
import { RadioCards } from '../../../ui/radio-cards.tsx'
import { reviewWords } from '../../../words/plan-review.ts'
import { uiWords } from '../../../words/ui.ts'
import type { PlanActs } from '../acts/plan-acts.ts'
import { useVersionTexts } from '../history/version-texts.ts'
import { useReviewActs } from './review-acts.ts'
import { ReviewList } from './review-list.tsx'
import { SinceReview } from './since-review.tsx'
import type { Reviews } from './use-reviews.ts'
import styles from './review-dialog.module.css'

/** What people said of the plan, and one's own word. */
export function ReviewDialog(props: {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly plan: Plan
  readonly acts: PlanActs
  readonly reviews: Reviews
  /** Absent: the text is not on this device. */
  readonly document: PlanDocument | undefined
}) {
  const texts = useVersionTexts()
  const acts = useReviewActs(texts, () => props.acts)
  // One dialog for one plan.
  // oxlint-disable-next-line solid/reactivity
  const note = useTextDraft(`plan-review/${props.plan.id}`)
  const [verdict, setVerdict] = createSignal<PlanVerdict>('approved')
  const [busy, setBusy] = createSignal(false)
  const [compared, setCompared] = createSignal<PlanReview>()
  const form = createUniqueId()
  createEffect(
    on(
      () => props.open,
      (open) => open && setVerdict(props.reviews.own()?.verdict ?? 'approved'),
    ),
  )
  const close = (): void => props.onOpenChange(false)
  const isReady = () => props.document !== undefined && note.value().trim().length <= reviewNoteLimit && !busy()
  const during = async (act: Promise<boolean>): Promise<void> => {
    setBusy(true)
    const done = await act
    setBusy(false)
    if (!done) return
    void note.clear()
    close()
  }
  const send = (): void => {
    const known = props.document
    if (known === undefined || !isReady()) return
    void during(acts.review(props.plan, known, verdict(), note.value().trim()))
  }
  const list = () => (
    <ReviewList
      reviews={props.reviews.all()}
      document={props.document}
      texts={texts}
      onCompare={(review) => {
        close()
        setCompared(review)
      }}
    />
  )
  return (
    <>
      <Dialog
        open={props.open}
        onOpenChange={(open) => props.onOpenChange(open)}
        title={reviewWords.title}
        size="lg"
        reading={!props.reviews.mayReview()}
        footer={
          <Show
            when={props.reviews.mayReview()}
            fallback={
              <Button size="lg" onClick={close}>
                {uiWords.close}
              </Button>
            }
          >
            <Show when={props.reviews.own()}>
              <Button size="lg" tone="ghost" disabled={busy()} onClick={() => void during(acts.withdraw(props.plan))}>
                {reviewWords.withdraw}
              </Button>
            </Show>
            <Button size="lg" onClick={close}>
              {uiWords.cancel}
            </Button>
            <Button size="lg" tone="ink" type="submit" form={form} disabled={!isReady()} aria-busy={busy()}>
              {verdict() === 'approved' ? reviewWords.approve : reviewWords.request}
            </Button>
          </Show>
        }
      >
        <div class={styles.parts}>
          {list()}
          <Show when={props.reviews.mayReview()}>
            <form
              id={form}
              class={styles.own}
              onSubmit={(event) => {
                event.preventDefault()
                send()
              }}
            >
              <RadioCards
                label={reviewWords.yours}
                choices={[
                  { value: 'approved' as const, label: reviewWords.approve, hint: reviewWords.approveHint },
                  { value: 'changes_requested' as const, label: reviewWords.request, hint: reviewWords.requestHint },
                ]}
                value={verdict()}
                onChange={setVerdict}
              />
              <TextArea
                label={reviewWords.note}
                placeholder={reviewWords.noteHolder}
                value={note.value()}
                onChange={note.set}
                limit={reviewNoteLimit}
              />
              <p class={styles.hint}>{props.document === undefined ? reviewWords.notHere : reviewWords.yoursHint}</p>
            </form>
          </Show>
        </div>
      </Dialog>
      <Show when={compared()}>
        {(review) => (
          <Show when={props.document} keyed>
            {(known) => (
              <SinceReview review={review()} document={known} texts={texts} onClose={() => setCompared(undefined)} />
            )}
          </Show>
        )}
      </Show>
    </>
  )
}
