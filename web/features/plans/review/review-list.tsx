import { BadgeCheck, MessageSquareWarning } from 'lucide'
import { For, Match, Show, Switch, createMemo, createResource } from 'solid-js'
import type { PlanReview } from '#shared/domain/plan-review.ts'
import type { PlanDocument } from '#sync/client/plans/plan-document.ts'
import { writePlan } from '#sync/core/plan/markdown.ts'
import { useCallName } from '../../../state/call-name.ts'
import { Button } from '../../../ui/button.tsx'
import { Chip } from '../../../ui/chip.tsx'
import { Time } from '../../../ui/time.tsx'
import { reviewWords } from '../../../words/plan-review.ts'
import { AuthorMark } from '../author-mark.tsx'
import { useLiveText } from '../history/live-text.ts'
import type { VersionTexts } from '../history/version-texts.ts'
import styles from './review-dialog.module.css'

/** Everybody's word, and whether the plan is still what they saw. */
export function ReviewList(props: {
  readonly reviews: readonly PlanReview[]
  readonly document: PlanDocument | undefined
  readonly texts: VersionTexts
  readonly onCompare: (review: PlanReview) => void
}) {
  // By person: a row that changes must not take away what is being pressed.
  const people = createMemo(() => props.reviews.map(({ userId }) => userId), [], {
    equals: (a, b) => a.join() === b.join(),
  })
  const reviewOf = (userId: PlanReview['userId']) => props.reviews.find((review) => review.userId === userId)
  return (
    <Show when={people().length > 0} fallback={<p class={styles.hint}>{reviewWords.none}</p>}>
      <ul class={styles.list} aria-label={reviewWords.people}>
        <For each={people()}>
          {(userId) => (
            <Show when={reviewOf(userId)}>
              {(review) => (
                <Review
                  review={review()}
                  document={props.document}
                  texts={props.texts}
                  onCompare={() => props.onCompare(review())}
                />
              )}
            </Show>
          )}
        </For>
      </ul>
    </Show>
  )
}

function Review(props: {
  readonly review: PlanReview
  readonly document: PlanDocument | undefined
  readonly texts: VersionTexts
  readonly onCompare: () => void
}) {
  const callName = useCallName()
  const name = () => callName(props.review.userId)
  const isApproved = () => props.review.verdict === 'approved'
  return (
    <li class={styles.review}>
      <AuthorMark author={{ kind: 'person', userId: props.review.userId }} />
      <div class={styles.what}>
        <span class={styles.by}>
          <b>{name()}</b>
          <Chip icon={isApproved() ? BadgeCheck : MessageSquareWarning} tone={isApproved() ? 'done' : 'warn'}>
            {reviewWords.verdict[props.review.verdict]}
          </Chip>
          <span class={styles.meta}>
            <Time at={props.review.at} form="when" /> · {reviewWords.saw(props.review.version)}
          </span>
          <span class={styles.grow} />
          <Show when={props.document} keyed>
            {(document) => (
              <Since
                review={props.review}
                document={document}
                texts={props.texts}
                name={name()}
                onCompare={() => props.onCompare()}
              />
            )}
          </Show>
        </span>
        <Show when={props.review.note}>
          {(note) => (
            <p class={styles.note} dir="auto">
              {note()}
            </p>
          )}
        </Show>
      </div>
    </li>
  )
}

/** Says nothing where the text that they saw is not to be had. */
function Since(props: {
  readonly review: PlanReview
  readonly document: PlanDocument
  readonly texts: VersionTexts
  readonly name: string
  readonly onCompare: () => void
}) {
  // oxlint-disable-next-line solid/reactivity
  const live = useLiveText(props.document)
  const now = createMemo(() => writePlan(live()))
  const [seen] = createResource(
    () => props.review.versionId,
    async (versionId) => await props.texts.get(props.review.planId, versionId),
  )
  const text = () => {
    if (seen.state !== 'ready') return undefined
    const known = seen()
    return known.kind === 'text' ? known.markdown : undefined
  }
  return (
    <Switch>
      <Match when={text() === undefined}>{undefined}</Match>
      <Match when={text() === now()}>
        <span class={styles.meta}>{reviewWords.same}</span>
      </Match>
      <Match when={text() !== now()}>
        <Button size="sm" aria-label={reviewWords.changedOf(props.name)} onClick={() => props.onCompare()}>
          {reviewWords.changed}
        </Button>
      </Match>
    </Switch>
  )
}
