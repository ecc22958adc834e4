import { BadgeCheck } from 'lucide'
import { Show, createSignal } from 'solid-js'
import { Dynamic } from 'solid-js/web'
import type { Plan } from '#shared/domain/plan.ts'
import type { PlanDocument } from '#sync/client/plans/plan-document.ts'
import { useCommands } from '../../../state/commands.ts'
import { Button } from '../../../ui/button.tsx'
import { showToast } from '../../../ui/toast.tsx'
import { reviewWords } from '../../../words/plan-review.ts'
import { uiWords } from '../../../words/ui.ts'
import type { PlanActs } from '../acts/plan-acts.ts'
import { reviewPart } from '../editor-part.ts'
import { useReviews } from './use-reviews.ts'

/** What people think of the plan, in a few words; a press shows who, and takes one's own review. */
export function ReviewButton(props: {
  readonly plan: Plan
  readonly acts: PlanActs
  readonly document: PlanDocument | undefined
  /** All of the text is on this device. */
  readonly isHere: boolean
  /** There is room for numbers, not for words. */
  readonly short?: boolean
}) {
  // One button for one plan.
  // oxlint-disable-next-line solid/reactivity
  const reviews = useReviews(props.plan.id)
  const [open, setOpen] = createSignal(false)
  const summary = () => reviewWords.summary(reviews.counts())
  const show = (): void => {
    reviewPart.want().then(
      () => setOpen(true),
      () => showToast({ text: uiWords.notLoaded }),
    )
  }
  const isOffered = () => reviews.mayReview() || reviews.all().length > 0
  useCommands(() =>
    isOffered() ? [{ id: 'plan.review', title: reviewWords.open(summary()), icon: BadgeCheck, act: show }] : [],
  )
  return (
    <Show when={isOffered()}>
      <Button size="sm" tone="ghost" icon={BadgeCheck} aria-label={reviewWords.open(summary())} onClick={show}>
        {summary() === '' ? reviewWords.label : props.short ? reviewWords.short(reviews.counts()) : summary()}
      </Button>
      <Show when={reviewPart.here()}>
        {(part) => (
          <Dynamic
            component={part().ReviewDialog}
            open={open()}
            onOpenChange={setOpen}
            plan={props.plan}
            acts={props.acts}
            reviews={reviews}
            document={props.isHere ? props.document : undefined}
          />
        )}
      </Show>
    </Show>
  )
}
