import { Link } from '@tanstack/solid-router'
import { BadgeCheck, Clock, Ellipsis, Folder, ListChecks } from 'lucide'
import { Show, createMemo, type JSX } from 'solid-js'
import type { Plan } from '#shared/domain/plan.ts'
import type { ReviewCounts } from '#shared/domain/plan-review.ts'
import type { ParticipantsOfPlan } from '#sync/client/plans/participant-board.ts'
import { useNow } from '../../../state/clock.ts'
import { useFrame } from '../../../state/frame.ts'
import { Chip } from '../../../ui/chip.tsx'
import { Icon } from '../../../ui/icon.tsx'
import { Menu } from '../../../ui/menu.tsx'
import { Time } from '../../../ui/time.tsx'
import { VisuallyHidden } from '../../../ui/visually-hidden.tsx'
import { reviewWords } from '../../../words/plan-review.ts'
import { planStateWords, plansWords } from '../../../words/plans.ts'
import { daysBetween } from '../../../words/time.ts'
import { AuthorMark } from '../author-mark.tsx'
import { ParticipantsMark } from './participants-mark.tsx'
import { titleOf } from './list-model.ts'
import { PlanStateGlyph } from './plan-state-glyph.tsx'
import styles from './plan-row.module.css'

type RowProps = {
  readonly plan: Plan
  /** It is only on this device so far. */
  readonly local: boolean
  /** Who has it open now. */
  readonly participants: ParticipantsOfPlan | undefined
  /** What people think of it. */
  readonly reviews: ReviewCounts | undefined
  /** Its heading names the day. */
  readonly byDay: boolean
  readonly onOpen: () => void
  /** What its menu offers; absent for whoever may only read. */
  readonly menu: (() => JSX.Element) | undefined
}

/** One plan: state, title and folder, steps, words, whose hand was on it last and when. */
export function PlanRow(props: RowProps) {
  const frame = useFrame()
  return (
    <Show when={frame() === 'phone'} fallback={<Wide {...props} />}>
      <Narrow {...props} />
    </Show>
  )
}

function Wide(props: RowProps) {
  const now = useNow()
  const form = createMemo(() => (props.byDay && daysBetween(props.plan.updatedAt, now()) > 0 ? 'clock' : 'ago'))
  return (
    <div class={styles.row} data-quiet={isQuiet(props.plan) ? '' : undefined}>
      <span role="gridcell" class={styles.state}>
        <PlanStateGlyph state={props.plan.state} />
      </span>
      <span role="gridcell" class={styles.title}>
        <TitleLink plan={props.plan} onOpen={() => props.onOpen()} />
        <Show when={!props.local} fallback={<Local />}>
          <span class={styles.excerpt}>{props.plan.excerpt}</span>
        </Show>
      </span>
      <span role="gridcell" class={styles.chips}>
        <ParticipantsMark of={props.participants} />
        <Show when={props.reviews}>
          {(counts) => (
            <Chip icon={BadgeCheck} tone={counts().changesRequested > 0 ? 'warn' : 'done'}>
              {reviewWords.summary(counts())}
            </Chip>
          )}
        </Show>
        <Show when={props.plan.folder !== ''}>
          <Chip icon={Folder} title={props.plan.folder}>
            <span class={styles.folder}>{props.plan.folder}</span>
          </Chip>
        </Show>
        <Show when={props.plan.steps.total > 0}>
          <Chip icon={ListChecks} title={plansWords.steps(props.plan.steps.done, props.plan.steps.total)}>
            {plansWords.stepsShort(props.plan.steps.done, props.plan.steps.total)}
          </Chip>
        </Show>
      </span>
      <span role="gridcell" class={styles.words}>
        {plansWords.words(props.plan.words)}
      </span>
      <span role="gridcell" class={styles.author}>
        <AuthorMark author={props.plan.updatedBy} />
      </span>
      <span role="gridcell" class={styles.time}>
        <Time at={props.plan.updatedAt} form={form()} />
      </span>
      <span role="gridcell" class={styles.acts}>
        <Show when={props.menu}>
          <Menu icon={Ellipsis} size="sm" label={plansWords.more(titleOf(props.plan))}>
            {props.menu?.()}
          </Menu>
        </Show>
      </span>
    </div>
  )
}

function Narrow(props: RowProps) {
  return (
    <div class={styles.phone} data-quiet={isQuiet(props.plan) ? '' : undefined}>
      <span role="gridcell" class={styles.state}>
        <PlanStateGlyph state={props.plan.state} size="lg" />
      </span>
      <span role="gridcell" class={styles.two}>
        <TitleLink plan={props.plan} onOpen={() => props.onOpen()} />
        <span class={styles.facts}>
          <AuthorMark author={props.plan.updatedBy} size="sm" />
          <Time at={props.plan.updatedAt} />
          <ParticipantsMark of={props.participants} />
          <Show when={props.plan.steps.total > 0}>
            <span title={plansWords.steps(props.plan.steps.done, props.plan.steps.total)}>
              {plansWords.stepsShort(props.plan.steps.done, props.plan.steps.total)}
            </span>
          </Show>
          <Show when={props.reviews}>{(counts) => <span>{reviewWords.summary(counts())}</span>}</Show>
          <Show when={!props.local} fallback={<Local />}>
            <Show when={props.plan.folder !== ''}>
              <span class={styles.folder}>{props.plan.folder}</span>
            </Show>
          </Show>
        </span>
      </span>
      <span role="gridcell" class={styles.acts}>
        <Show when={props.menu}>
          <Menu icon={Ellipsis} size="touch" label={plansWords.more(titleOf(props.plan))}>
            {props.menu?.()}
          </Menu>
        </Show>
      </span>
    </div>
  )
}

/** Leads to the plan's page also for those who open it in a new tab; a plain press is the list's. */
function TitleLink(props: { readonly plan: Plan; readonly onOpen: () => void }) {
  return (
    <Link
      to="/plans/$planId"
      params={{ planId: props.plan.id }}
      class={styles.link}
      tabIndex={-1}
      title={titleOf(props.plan)}
      preload={false}
      data-untitled={props.plan.title === '' ? '' : undefined}
      onClick={(event: MouseEvent) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
        event.preventDefault()
        event.stopPropagation()
        props.onOpen()
      }}
    >
      {titleOf(props.plan)}
      <VisuallyHidden>, {planStateWords[props.plan.state]}</VisuallyHidden>
    </Link>
  )
}

function Local() {
  return (
    <span class={styles.local}>
      <Icon of={Clock} size="sm" />
      {plansWords.local}
    </span>
  )
}

/** Finished work loses weight. */
function isQuiet(plan: Plan): boolean {
  return plan.state === 'done' || plan.archivedAt !== undefined
}
