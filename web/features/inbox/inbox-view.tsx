import { Link, useNavigate } from '@tanstack/solid-router'
import { CheckCheck, CloudOff, Maximize2 } from 'lucide'
import { Match, Show, Switch, createEffect, createMemo, createSignal, on, onMount, untrack } from 'solid-js'
import { keys } from '#sync/core/keys.ts'
import { useNow } from '../../state/clock.ts'
import { useFrame } from '../../state/frame.ts'
import { isOpen, isUnread, placeOf, type InboxItem } from '../../state/inbox.ts'
import type { InboxFilter } from '../../state/inbox-search.ts'
import { isKey, useKeyboard, useKeys } from '../../state/keyboard.ts'
import { refusalText } from '../../state/refusal-text.ts'
import { useStatus } from '../../state/sync-status.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button, ButtonInside, IconButton, buttonClass } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Filters } from '../../ui/filters.tsx'
import { createHeldOrder } from '../../ui/held-order.ts'
import { PageHead } from '../../ui/page-head.tsx'
import { Problem } from '../../ui/problem.tsx'
import { RowGrid, type Mover } from '../../ui/row-grid.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { showToast } from '../../ui/toast.tsx'
import { inboxWords } from '../../words/inbox.ts'
import { shellWords } from '../../words/shell.ts'
import { startOfDay } from '../../words/time.ts'
import { InboxRow } from './inbox-row.tsx'
import { filtersOf, inboxEntries, isUnder, type InboxEntry } from './list-model.ts'
import styles from './inbox.module.css'

export type InboxViewProps = {
  readonly show: InboxFilter
  readonly onShow: (filter: InboxFilter) => void
  /** Over the page: narrow, and it takes the focus. */
  readonly panel?: boolean
  /** A notification was opened, or the whole left. */
  readonly onLeave: (why: 'opened' | 'left') => void
}

/** What agents did that this person may want to know of: a page, and the mailbox over one. */
export function InboxView(props: InboxViewProps) {
  const workspace = useWorkspace()
  const data = useTeamData()
  const frame = useFrame()
  const status = useStatus()
  const keyboard = useKeyboard()
  const navigate = useNavigate()
  const now = useNow()
  const { inbox } = data
  const [problem, setProblem] = createSignal<string | undefined>()
  // oxlint-disable-next-line solid/reactivity
  const place = props.panel ? { scrollTop: 0, cursor: undefined } : data.inboxPlace
  const [cursor, setCursor] = createSignal<string | undefined>(place.cursor)
  createEffect(() => {
    place.cursor = cursor()
  })

  const today = createMemo(() => startOfDay(now()))
  const counts = createMemo(() => ({ unread: inbox.unread(), errors: inbox.errors() }))
  const choices = createMemo(() => filtersOf(counts(), props.show))
  const found = createMemo(() => inbox.items().filter((item) => isUnder(item, props.show)))
  const held = createHeldOrder<InboxEntry>({
    wanted: () => inboxEntries(found(), today()),
    basis: () => props.show,
    current: (entry) => {
      if (entry.type === 'group') return entry
      const item = inbox.get(entry.key)
      return item === undefined || item.note.archived === true ? undefined : { ...entry, item }
    },
  })
  const shown = createMemo(() => held.entries().flatMap((entry) => (entry.type === 'item' ? entry.item : [])))

  let mover: Mover | undefined
  const stacked = () => props.panel === true || frame() === 'phone'
  const tried = async (act: Promise<void>): Promise<boolean> => {
    setProblem(undefined)
    try {
      await act
      return true
    } catch (error) {
      setProblem(refusalText(error))
      return false
    }
  }
  const mark = ({ note }: InboxItem, marks: { readonly read?: boolean; readonly archived?: boolean }) =>
    tried(workspace.mutate.markNotification({ runId: note.runId, id: note.id, ...marks }))

  const open = (item: InboxItem): void => {
    const { runId } = item.note
    void navigate({ to: '/runs/$runId', params: { runId }, search: placeOf(item, data.runs.get(keys.run(runId))) })
    props.onLeave('opened')
  }
  const archive = async (item: InboxItem): Promise<void> => {
    const all = shown()
    const at = all.findIndex((one) => one.key === item.key)
    const hadFocus = document.activeElement?.closest(`[data-row]`)?.getAttribute('data-row') === item.key
    if (!(await mark(item, { archived: true }))) return
    const next = all[at + 1] ?? all[at - 1]
    if (hadFocus || cursor() === item.key) {
      setCursor(next?.key)
      if (hadFocus) mover?.focus(next?.key)
    }
    showToast({
      text: inboxWords.archived(item.note.title),
      action: { label: inboxWords.undo, onAction: () => void mark(item, { archived: false }) },
    })
  }
  /** What stands in the list: what came since, or is hidden by a filter, was not seen. */
  const readAll = (): void => {
    const [newest] = shown()
    if (newest === undefined) return
    if (props.show === 'errors') for (const item of shown().filter(isUnread)) void mark(item, { read: true })
    else void tried(workspace.mutate.readNotifications({ until: Math.max(...shown().map(({ note }) => note.at)) }))
  }
  const showNext = (): boolean => {
    const all = choices()
    const next = all[(all.indexOf(props.show) + 1) % all.length]
    if (next === undefined || next === props.show) return false
    setCursor(undefined)
    props.onShow(next)
    return true
  }
  // Another filter by key goes on in its rows.
  let goesOn = false
  createEffect(
    on(
      () => props.show,
      () => {
        if (goesOn) mover?.focus(undefined)
        goesOn = false
      },
      { defer: true },
    ),
  )

  onMount(() => {
    if (props.panel) mover?.focus(undefined)
  })
  const onCursorRow = (act: (item: InboxItem) => void) => () => {
    const item = shown().find(({ key }) => key === cursor())
    if (item === undefined || document.activeElement !== document.body) return false
    act(item)
    return true
  }
  // For keys that are pressed while nothing has the focus. A panel has it always.
  if (!untrack(() => props.panel))
    useKeys({
      j: () => mover?.move(1),
      k: () => mover?.move(-1),
      ArrowDown: () => mover?.move(1),
      ArrowUp: () => mover?.move(-1),
      Enter: onCursorRow(open),
      e: onCursorRow((item) => void archive(item)),
      u: onCursorRow((item) => void mark(item, { read: isUnread(item) })),
      Escape: () => {
        if (document.activeElement !== document.body) return false
        props.onLeave('left')
        return true
      },
    })

  const handleKey = (event: KeyboardEvent, item: InboxItem | undefined): boolean => {
    if (item === undefined) return false
    if (isKey(event, 'Shift+Tab')) {
      if (!(event.target instanceof Element && event.target.hasAttribute('data-row'))) return false
      goesOn = true
      return showNext()
    }
    if (isKey(event, 'Escape')) {
      if (props.panel) return false
      props.onLeave('left')
      return true
    }
    return keyboard.lettersOn() && actOn(event, item)
  }
  const actOn = (event: KeyboardEvent, item: InboxItem): boolean => {
    if (isKey(event, 'j')) mover?.move(1)
    else if (isKey(event, 'k')) mover?.move(-1)
    else if (isKey(event, 'e')) void archive(item)
    else if (isKey(event, 'u')) void mark(item, { read: isUnread(item) })
    else return false
    return true
  }

  const actions = () => (
    <IconButton
      icon={CheckCheck}
      size={frame() === 'phone' ? 'touch' : 'md'}
      label={inboxWords.readAll}
      disabled={!shown().some(isUnread)}
      onClick={readAll}
    />
  )
  return (
    <section class={styles.inbox} aria-label={inboxWords.title}>
      <Show when={props.panel} fallback={<PageHead title={inboxWords.title}>{actions()}</PageHead>}>
        <header class={styles.head}>
          <h2>{inboxWords.title}</h2>
          {actions()}
          <Link
            to="/inbox"
            class={buttonClass}
            data-tone="ghost"
            data-square=""
            aria-label={inboxWords.openPage}
            title={inboxWords.openPage}
            onClick={() => props.onLeave('opened')}
          >
            <ButtonInside icon={Maximize2}>{null}</ButtonInside>
          </Link>
        </header>
      </Show>
      <Show when={inbox.items().length > 0 || props.show !== 'all'}>
        <div class={styles.bar}>
          <Filters
            label={inboxWords.filters}
            segments
            value={props.show}
            choices={choices().map((filter) => ({
              value: filter,
              label: inboxWords.filter[filter],
              count: filter === 'all' ? undefined : counts()[filter],
            }))}
            onChange={(filter) => props.onShow(filter)}
          />
        </div>
      </Show>
      <Show when={status().connection === 'offline'}>
        <Banner icon={CloudOff}>{shellWords.stale(status().freshAt, stacked())}</Banner>
      </Show>
      <Show when={problem()}>
        <div class={styles.problem}>
          <Problem text={problem()} />
        </div>
      </Show>
      <Switch
        fallback={
          <RowGrid
            label={inboxWords.list}
            entries={held.entries()}
            heading={(entry) => (entry.type === 'group' ? entry : undefined)}
            basis={props.show}
            place={place}
            handlers={held.handlers}
            phone={stacked()}
            cursor={cursor()}
            estimate={(entry) => estimate(entry, stacked())}
            onCursor={(entry) => setCursor(entry.key)}
            onPick={(entry) => entry.type === 'item' && open(entry.item)}
            onOpen={(entry) => entry.type === 'item' && open(entry.item)}
            onKey={(event, entry) => handleKey(event, entry?.type === 'item' ? entry.item : undefined)}
            onMover={(given) => (mover = given)}
          >
            {(entry) => (
              <Show when={itemOf(entry())}>
                {(known) => (
                  <InboxRow
                    item={known().item}
                    pinned={known().pinned}
                    stacked={stacked()}
                    onOpen={() => open(known().item)}
                    onArchive={() => archive(known().item)}
                    onMark={(read) => void mark(known().item, { read })}
                  />
                )}
              </Show>
            )}
          </RowGrid>
        }
      >
        <Match
          when={
            inbox.loaded() &&
            inbox.items().length === 0 &&
            status().freshAt === undefined &&
            status().connection === 'offline'
          }
        >
          <EmptyState text={inboxWords.waitsOffline} />
        </Match>
        <Match when={!inbox.loaded() || (inbox.items().length === 0 && status().freshAt === undefined)}>
          <SkeletonRows waitsFor={inboxWords.waits} />
        </Match>
        <Match when={found().length === 0 && props.show !== 'all' ? props.show : undefined}>
          {(filter) => (
            <EmptyState text={inboxWords.noneUnder[filter()]}>
              <Button size="lg" onClick={() => props.onShow('all')}>
                {inboxWords.showAll}
              </Button>
            </EmptyState>
          )}
        </Match>
        <Match when={found().length === 0}>
          <EmptyState text={inboxWords.empty}>
            <Link to="/runs" class={buttonClass} data-size="lg" onClick={() => props.onLeave('opened')}>
              <ButtonInside>{inboxWords.toRuns}</ButtonInside>
            </Link>
          </EmptyState>
        </Match>
      </Switch>
    </section>
  )
}

function itemOf(entry: InboxEntry): Extract<InboxEntry, { type: 'item' }> | undefined {
  return entry.type === 'item' ? entry : undefined
}

function estimate(entry: InboxEntry, stacked: boolean): number {
  const asks = entry.type === 'item' && isOpen(entry.item)
  if (stacked) return asks ? 156 : 72
  return asks ? 72 : 36
}
