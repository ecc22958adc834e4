import { Link } from '@tanstack/solid-router'
import { Archive, CircleSlash, Ellipsis, Mail, MailOpen, ShieldCheck, ShieldX, type IconNode } from 'lucide'
import { Match, Show, Switch, createMemo } from 'solid-js'
import { isAllowedAtAGlance } from '#shared/domain/permission.ts'
import type { AgentNotification } from '#shared/domain/notification.ts'
import type { DisplayState, Run } from '#shared/domain/run.ts'
import { keys } from '#sync/core/keys.ts'
import { useAsk } from '../../state/ask.ts'
import { useCallName } from '../../state/call-name.ts'
import { useNow } from '../../state/clock.ts'
import { useFrame } from '../../state/frame.ts'
import { isOpen, isUnread, placeOf, turnOf, type InboxItem } from '../../state/inbox.ts'
import { useTeamData } from '../../state/team-data.ts'
import { AskLine } from '../../ui/ask-line.tsx'
import { IconButton } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { StatusGlyph } from '../../ui/status-glyph.tsx'
import { SwipeRow } from '../../ui/swipe-row.tsx'
import { Time } from '../../ui/time.tsx'
import { failureWords } from '../../words/failures.ts'
import { inboxWords, noticeText } from '../../words/inbox.ts'
import { shareWords } from '../../words/share.ts'
import { intentWord, stateWords } from '../../words/states.ts'
import { daysBetween } from '../../words/time.ts'
import styles from './inbox-row.module.css'

type RowProps = {
  readonly item: InboxItem
  /** It stands above the days, so its time has to name one. */
  readonly pinned: boolean
  /** Below each other, for narrow places. */
  readonly stacked: boolean
  readonly onOpen: () => void
  readonly onArchive: () => Promise<void>
  readonly onMark: (read: boolean) => void
}

/** One notification: what it is of, when, what it says; an open question with its buttons, another one with its answer. */
export function InboxRow(props: RowProps) {
  const frame = useFrame()
  return (
    <Show when={frame() === 'phone'} fallback={<Cells {...props} />}>
      <SwipeRow icon={Archive} label={inboxWords.archive} onSwipe={() => props.onArchive()}>
        <Cells {...props} />
      </SwipeRow>
    </Show>
  )
}

function Cells(props: RowProps) {
  const data = useTeamData()
  const note = () => props.item.note
  const run = createMemo(() => data.runs.get(keys.run(note().runId)))
  const title = () => run()?.title ?? note().title
  const now = useNow()
  // Below the heading of another day the clock is enough.
  const form = createMemo(() => (props.pinned || daysBetween(note().at, now()) <= 0 ? 'ago' : 'clock'))
  return (
    <div
      class={styles.row}
      data-stacked={props.stacked ? '' : undefined}
      data-unread={isUnread(props.item) ? '' : undefined}
      data-type={note().type}
    >
      <span role="gridcell" class={styles.state}>
        <Show when={isUnread(props.item)}>
          <span class={styles.dot} role="img" aria-label={inboxWords.unread} />
        </Show>
        <TypeGlyph item={props.item} large={props.stacked} />
      </span>
      <span role="gridcell" class={styles.title}>
        <Link
          to="/runs/$runId"
          params={{ runId: note().runId }}
          search={placeOf(props.item, run())}
          class={styles.link}
          tabIndex={-1}
          title={title()}
          preload={false}
          onClick={(event: MouseEvent) => {
            if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
            event.preventDefault()
            event.stopPropagation()
            props.onOpen()
          }}
        >
          {title()}
        </Link>
      </span>
      <span role="gridcell" class={styles.says}>
        <Show when={note().permissionId !== undefined} fallback={<Says item={props.item} run={run()} />}>
          <Question item={props.item} stacked={props.stacked} />
        </Show>
      </span>
      <span role="gridcell" class={styles.time}>
        <Time at={note().at} form={form()} />
      </span>
      <span role="gridcell" class={styles.acts}>
        <Show when={!props.stacked}>
          <IconButton
            icon={Archive}
            size="sm"
            label={inboxWords.archive}
            keys="E"
            onClick={() => void props.onArchive()}
          />
        </Show>
        <Menu icon={Ellipsis} size="sm" label={inboxWords.more(title())}>
          <Show
            when={isUnread(props.item)}
            fallback={
              <MenuItem icon={Mail} keys="U" onSelect={() => props.onMark(false)}>
                {inboxWords.markUnread}
              </MenuItem>
            }
          >
            <MenuItem icon={MailOpen} keys="U" onSelect={() => props.onMark(true)}>
              {inboxWords.markRead}
            </MenuItem>
          </Show>
          <MenuItem icon={Archive} keys="E" onSelect={() => void props.onArchive()}>
            {inboxWords.archive}
          </MenuItem>
        </Menu>
      </span>
    </div>
  )
}

/** An open question is amber; one that is settled says how, in ink. */
function TypeGlyph(props: { readonly item: InboxItem; readonly large: boolean }) {
  const size = () => (props.large ? 'lg' : 'md')
  const settled = (): IconNode => {
    const { outcome, access } = props.item.note
    if (access !== undefined && access.answer !== 'over') return access.answer === 'deny' ? ShieldX : ShieldCheck
    if (outcome?.kind !== 'answered') return CircleSlash
    return outcome.answer.kind === 'deny' ? ShieldX : ShieldCheck
  }
  return (
    <Switch fallback={<StatusGlyph state={endStates[props.item.note.type]} size={size()} />}>
      <Match when={endStates[props.item.note.type] === 'needs' && !isOpen(props.item)}>
        <span class={styles.settled}>
          <Icon of={settled()} size={size()} label={inboxWords.settled} />
        </span>
      </Match>
    </Switch>
  )
}

const endStates = {
  request: 'needs',
  complete: 'done',
  error: 'failed',
  access: 'needs',
  budget: 'queued',
} satisfies Record<AgentNotification['type'], DisplayState>

/** The last line of the work, why it failed and what to do, or who waits to be let in. */
function Says(props: { readonly item: InboxItem; readonly run: Run | undefined }) {
  const callName = useCallName()
  const text = (): string => {
    const { note } = props.item
    if (note.access?.answer !== undefined)
      return shareWords.settled(callName(note.access.by), note.access.name, note.access.answer)
    if (note.type === 'access') return noticeText(note)
    // The run's own row knows more, unless it went on since.
    const reason = note.type === 'error' && props.run?.turn === turnOf(note) ? props.run?.reason : undefined
    if (reason !== undefined) return failureWords(reason)
    return note.text === '' ? stateWords[endStates[note.type]] : note.text
  }
  return (
    <span class={styles.text} title={text()}>
      {text()}
    </span>
  )
}

function Question(props: { readonly item: InboxItem; readonly stacked: boolean }) {
  const frame = useFrame()
  const note = () => props.item.note
  const ask = useAsk({
    runId: () => note().runId,
    permissionId: () => note().permissionId,
    permission: () => props.item.permission,
    outcome: () => note().outcome,
  })
  const subject = () => props.item.permission?.request.subject
  const intent = () => {
    const state = ask.intent()
    return state === undefined ? undefined : intentWord(state, frame() === 'phone')
  }
  const actions = () => {
    const [permissionId, asked] = [note().permissionId, subject()]
    if (permissionId === undefined || asked === undefined) return undefined
    const mayAnswer = ask.mayAnswer()
    return {
      runId: note().runId,
      permissionId,
      mayAnswer,
      isHere: true,
      allows: mayAnswer && isAllowedAtAGlance(asked),
      onAnswer: (kind: 'allow_once' | 'deny') => void ask.answer(kind),
    }
  }
  return (
    <AskLine
      kind={note().asks ?? subject()?.kind}
      line={note().text}
      settled={ask.settled()}
      keepsLine
      intent={intent()}
      problem={ask.problem()}
      stacked={props.stacked}
      actions={actions()}
    />
  )
}
