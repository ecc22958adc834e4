import { Ellipsis, Link2, Copy } from 'lucide'
import { Match, Show, Switch, createEffect, createMemo, onMount } from 'solid-js'
import type { EntryBody as Body, TranscriptEntry } from '#shared/domain/transcript.ts'
import { Menu, MenuItem } from '../../../ui/menu.tsx'
import { runWords } from '../../../words/run.ts'
import { useScene } from '../scene.ts'
import { copyAndTell } from '../../../ui/copy.ts'
import { ArtifactEntry, PermissionEntry, StateEntry, TasksEntry } from './marker-entries.tsx'
import { MessageEntry, NoticeEntry, ThoughtEntry, UserEntry } from './prose-entries.tsx'
import type { EntryOf } from './entry-of.ts'
import type { Row } from './rows.ts'
import { SetupRow } from './setup-row.tsx'
import { ToolEntry } from './tool-entry.tsx'
import styles from './entry-row.module.css'

/** One row of the log: what it shows, its anchor, and its menu while it has the pointer or the focus. */
export function EntryRow(props: {
  readonly row: Row
  readonly index: number
  readonly isActive: boolean
  readonly isMarked: boolean
  /** The keyboard has gone to this row. */
  readonly takesFocus: boolean
  readonly onActive: () => void
  readonly measure: (element: HTMLElement) => void
}) {
  let element!: HTMLElement
  onMount(() => props.measure(element))
  createEffect(() => {
    if (props.takesFocus && document.activeElement !== element) element.focus({ preventScroll: true })
  })
  const entry = createMemo(() => (props.row.kind === 'entry' ? props.row.entry : undefined))
  const pair = createMemo(() => (props.row.kind === 'pair' ? props.row : undefined))
  const steps = createMemo(() => (props.row.kind === 'setup' ? props.row.steps : undefined))
  return (
    <article
      ref={element}
      class={styles.row}
      id={props.row.kind === 'setup' ? undefined : `e-${props.row.first}`}
      data-index={props.index}
      data-gap={props.row.gap}
      data-marked={props.isMarked ? '' : undefined}
      tabindex="-1"
      onPointerEnter={(event) => event.pointerType === 'mouse' && props.onActive()}
      onPointerDown={() => props.onActive()}
      onFocusIn={() => props.onActive()}
    >
      <div class={styles.content}>
        <Show when={entry()}>{(now) => <EntryBody entry={now()} />}</Show>
        <Show when={pair()}>
          {(now) => (
            <div class={styles.pair}>
              <ToolEntry entry={now().left} />
              <ToolEntry entry={now().right} />
            </div>
          )}
        </Show>
        <Show when={steps()}>{(now) => <SetupRow id={props.row.key} steps={now()} />}</Show>
      </div>
      <Show when={props.isActive}>
        <RowMenu row={props.row} />
      </Show>
    </article>
  )
}

function EntryBody(props: { readonly entry: TranscriptEntry }) {
  const of = <Kind extends Body['kind']>(kind: Kind) => createMemo(() => asKind(props.entry, kind))
  const [user, message, thought, tool] = [of('user'), of('message'), of('thought'), of('tool')]
  const [tasks, permission, state, notice, artifact] = [
    of('tasks'),
    of('permission'),
    of('state'),
    of('notice'),
    of('artifact'),
  ]
  return (
    <Switch>
      <Match when={user()}>{(entry) => <UserEntry entry={entry()} />}</Match>
      <Match when={message()}>{(entry) => <MessageEntry entry={entry()} />}</Match>
      <Match when={thought()}>{(entry) => <ThoughtEntry entry={entry()} />}</Match>
      <Match when={tool()}>{(entry) => <ToolEntry entry={entry()} />}</Match>
      <Match when={tasks()}>{(entry) => <TasksEntry entry={entry()} />}</Match>
      <Match when={permission()}>{(entry) => <PermissionEntry entry={entry()} />}</Match>
      <Match when={state()}>{(entry) => <StateEntry entry={entry()} />}</Match>
      <Match when={notice()}>{(entry) => <NoticeEntry entry={entry()} />}</Match>
      <Match when={artifact()}>{(entry) => <ArtifactEntry entry={entry()} />}</Match>
    </Switch>
  )
}

function asKind<Kind extends Body['kind']>(entry: TranscriptEntry, kind: Kind): EntryOf<Kind> | undefined {
  return isKind(entry, kind) ? entry : undefined
}

function isKind<Kind extends Body['kind']>(
  entry: TranscriptEntry,
  kind: Kind,
): entry is TranscriptEntry & EntryOf<Kind> {
  return entry.body.kind === kind
}

function RowMenu(props: { readonly row: Row }) {
  const scene = useScene()
  const text = (): string | undefined => {
    if (props.row.kind !== 'entry') return undefined
    const body = props.row.entry.body
    if (body.kind === 'user' || body.kind === 'message' || body.kind === 'thought')
      return body.text.head + body.text.tail
    return body.kind === 'tool' ? body.command : undefined
  }
  return (
    <div class={styles.menu}>
      <Menu icon={Ellipsis} label={runWords.transcript.entryMenu} size="sm">
        <MenuItem icon={Link2} onSelect={() => void copyAndTell(scene.entryLink(props.row.first))}>
          {runWords.transcript.copyEntryLink}
        </MenuItem>
        <Show when={text()}>
          {(words) => (
            <MenuItem icon={Copy} onSelect={() => void copyAndTell(words())}>
              {runWords.transcript.copyText}
            </MenuItem>
          )}
        </Show>
      </Menu>
    </div>
  )
}
