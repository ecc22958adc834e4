import { ArrowDownToLine, FileDiff, MessageSquare, SquareTerminal, TextSearch } from 'lucide'
import { ErrorBoundary, Show, createEffect, createMemo, createSignal, on } from 'solid-js'
import type { Attachment } from '#shared/domain/attachment.ts'
import { createStore } from 'solid-js/store'
import { Dynamic } from 'solid-js/web'
import { Permission } from '#shared/domain/permission.ts'
import { canAnswer, canSteerRuns } from '#shared/domain/policies.ts'
import { Prompt } from '#shared/domain/prompt.ts'
import type { Run } from '#shared/domain/run.ts'
import { Share } from '#shared/domain/share.ts'
import type { PermissionId, RunId, UserId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow } from '#sync/core/transaction.ts'
import { Button } from '../../ui/button.tsx'
import { Sheet } from '../../ui/dialog.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { createPart } from '../../ui/part.ts'
import { showToast } from '../../ui/toast.tsx'
import { useKeptFocus } from '../../ui/kept-focus.ts'
import { VisuallyHidden } from '../../ui/visually-hidden.tsx'
import { firstName, useCallName } from '../../state/call-name.ts'
import { useCommands } from '../../state/commands.ts'
import { useFrame, useMedia } from '../../state/frame.ts'
import { useKeys } from '../../state/keyboard.ts'
import { useQuery } from '../../state/query.ts'
import { useReadOnVisit } from '../../state/read-on-visit.ts'
import { createRows } from '../../state/rows.ts'
import { usePending, useStatus } from '../../state/sync-status.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { runWords } from '../../words/run.ts'
import { createAnnouncer } from './announcer.ts'
import { guestBlobs, teamBlobs } from '../../state/blobs.ts'
import { useComposerLists } from './composer/composer-lists.ts'
import { Composer, type ComposerHandle } from './composer/composer.tsx'
import { toWaiting } from './composer/queue.ts'
import { RefusedLines } from './composer/refused-lines.tsx'
import { FailedLine } from './failed-line.tsx'
import { createFind } from './find/create-find.ts'
import { FindBar } from './find/find-bar.tsx'
import { useFoundMarks } from '../../ui/found-marks.ts'
import { RunHeader } from './header/run-header.tsx'
import { toAsks, lateAnswers } from './permission/asks.ts'
import { AsksRegion } from './permission/asks-region.tsx'
import { RunRail } from './rail/run-rail.tsx'
import { ReviewPanel } from './review/review-panel.tsx'
import { SceneContext, type Person, type Scene } from './scene.ts'
import { createEntryAt } from './transcript/entry-at.ts'
import { createTranscriptModel } from './transcript/transcript-model.ts'
import { TranscriptView, type TranscriptHandle } from './transcript/transcript-view.tsx'
import { createWatchers } from './watchers.ts'
import styles from './run-view.module.css'

/** The terminal's own code is larger than the rest of this page. */
const terminalPart = createPart(() => import('./terminal/terminal-panel.tsx'))

export type RunViewProps = {
  readonly run: Run
  /** `n` of the entry that the address names. */
  readonly entry: number | undefined
  /** The question that the address names. */
  readonly ask: PermissionId | undefined
  /** The turn whose end the address names. */
  readonly turn: number | undefined
  /** The file whose changes are shown; empty: the first; absent: they are closed. */
  readonly changes: string | undefined
  readonly onChanges: (path: string | undefined) => void
  /** The terminal that is shown; empty: the newest; absent: they are closed. */
  readonly terminal?: string | undefined
  /** Absent: this person sees none. */
  readonly onTerminal?: ((chosen: string | undefined) => void) | undefined
  /** The address says that with whom it is shared lies over the page, until it is closed. */
  readonly share?: { readonly onClose: () => void } | undefined
  readonly link: (n?: number) => string
  /** It is shared with this person by its link; what follows the run stands above it. */
  readonly guest?: { readonly address: string } | undefined
}

/** The page of one run: header, transcript, question, composer, rail. Mounted anew for each run. */
export function RunView(props: RunViewProps) {
  const workspace = useWorkspace()
  const team = useTeamData()
  const frame = useFrame()
  const wide = useMedia('(width >= 80em)')
  const status = useStatus()
  const pending = usePending()
  // One view for one run: the page mounts anew when the run changes.
  // oxlint-disable-next-line solid/reactivity
  const runId: RunId = props.run.id
  // oxlint-disable-next-line solid/reactivity
  const guest = props.guest
  const model = createTranscriptModel(workspace, runId, () => frame() === 'desktop')
  const permissions = createRows(workspace, keys.permissionsOf(runId), Permission)
  const prompts = createRows(workspace, keys.promptsOf(runId), Prompt)
  const [openLines, setOpenLines] = createStore<Record<string, boolean>>({})
  const [railOpen, setRailOpen] = createSignal(false)
  const [transcript, setTranscript] = createSignal<TranscriptHandle>()
  const [composer, setComposer] = createSignal<ComposerHandle>()
  const announcer = createAnnouncer()
  createEffect(() => {
    const view = model.view()
    if (view !== undefined) announcer.follow(view)
  })

  const share = useQuery(() => (tx) => getRow(tx, keys.share(runId), Share), { key: null })
  const person = (id: UserId | undefined): Person | undefined => {
    const member = id === undefined ? undefined : team.members.get(keys.member(id))
    return member === undefined
      ? guestOf(share.value, id)
      : { id: member.userId, name: member.name, hue: member.hue, isMe: member.userId === workspace.userId }
  }
  const agent = createMemo(() => team.harness(props.run.config.harness))
  const canSteer = createMemo(() => canSteerRuns(team.me()?.role))
  const answerers = createMemo(() =>
    team.members
      .all()
      .filter((member) => canAnswer(member.role))
      .map((member) => ({
        id: member.userId,
        name: member.name,
        hue: member.hue,
        isMe: member.userId === workspace.userId,
      }))
      .toSorted((a, b) => Number(b.isMe) - Number(a.isMe)),
  )
  const callName = useCallName()
  const scene: Scene = {
    runId,
    run: () => props.run,
    agent,
    me: workspace.userId,
    guest: guest !== undefined,
    blobs: guest === undefined ? teamBlobs : guestBlobs(guest.address),
    canSteer,
    answerers,
    person,
    callName: (id) => firstName(guestOf(share.value, id)?.name) ?? callName(id),
    online: () => status().connection !== 'offline',
    phone: () => frame() === 'phone',
    isOpen: (key, byDefault) => openLines[key] ?? byDefault,
    setOpen: (key, open) => setOpenLines(key, open),
    showChanges: (path) => props.onChanges(path ?? ''),
    toTranscript: () => transcript()?.focus(),
    compose: (text, attachments) => composer()?.append(text, attachments),
    entryLink: (n) => props.link(n),
  }
  let rail: HTMLElement | undefined
  const lists = useComposerLists(model, scene, () => {
    if (wide()) rail?.focus()
    else setRailOpen(true)
  })
  const handleTakeBack = async (text: string, attachments?: readonly Attachment[]): Promise<boolean> => {
    scene.compose(text, attachments)
    return (await composer()?.kept()) === true
  }
  const asks = createMemo(() => toAsks(permissions.all(), pending(), workspace.userId))
  if (guest === undefined) useReadOnVisit(runId)
  /** A question that was open when one came for it has its card, and answering it moves nothing; others stand in the transcript. */
  const carded = createMemo<PermissionId | undefined>((before) =>
    asks().some((ask) => ask.state === 'open' && ask.permission.request.id === props.ask) ? props.ask : before,
  )
  const entry = createEntryAt(model, () =>
    props.entry !== undefined || !permissions.loaded() || carded() === props.ask
      ? { entry: props.entry, turn: props.turn }
      : { ask: props.ask, turn: props.turn },
  )
  const late = createMemo(() => lateAnswers(team.refused.all(), permissions.all(), runId))
  const waiting = createMemo(() => toWaiting(prompts.all(), pending()))
  const watchers = createWatchers(workspace, runId, person)
  const writers = createMemo(() =>
    watchers()
      .filter((watcher) => watcher.typing && !watcher.person.isMe)
      .map((watcher) => watcher.person.name),
  )

  // An answered question, a message that was sent on: reading goes on in the transcript, and a second press of the same
  // key answers nothing that has not been read.
  let foot!: HTMLDivElement
  useKeptFocus(
    () => foot,
    () => scene.toTranscript(),
  )
  const find = createFind(runId, model)
  useFoundMarks(
    () => transcript()?.log,
    () => (find.isOpen() ? find.text().trim() : ''),
  )
  createEffect(on(entry, () => find.forget(), { defer: true }))
  const closeFind = (): void => {
    find.close()
    scene.toTranscript()
  }
  let findBar: HTMLDivElement | undefined
  useKeys({
    'Mod+f': () => {
      // Pressed once more, it is the browser's.
      if (document.querySelector('[role="dialog"]') !== null || findBar?.contains(document.activeElement)) return false
      find.open()
      findBar?.querySelector('input')?.select()
      return true
    },
    End: () => transcript()?.toEnd(),
    // The message box, as in most places where one writes.
    i: () => composer()?.focus(),
  })
  useCommands(() => [
    ...(canSteer()
      ? [
          {
            id: 'run.write',
            title: runWords.write,
            icon: MessageSquare,
            key: 'i' as const,
            act: () => composer()?.focus(),
          },
        ]
      : []),
    { id: 'run.find', title: runWords.find.title, icon: TextSearch, key: 'Mod+f' as const, act: find.open },
    {
      id: 'run.end',
      title: runWords.toEnd,
      icon: ArrowDownToLine,
      key: 'End' as const,
      act: () => transcript()?.toEnd(),
    },
    ...(props.onTerminal === undefined
      ? []
      : [{ id: 'run.terminal', title: runWords.terminal, icon: SquareTerminal, act: toggleTerminal }]),
    ...((props.run.files?.changed ?? 0) > 0
      ? [{ id: 'run.changes', title: runWords.showChanges, icon: FileDiff, act: () => props.onChanges('') }]
      : []),
  ])

  const showsTerminal = (): boolean => props.terminal !== undefined && props.onTerminal !== undefined
  createEffect(() => {
    if (showsTerminal()) terminalPart.want().catch(() => showToast({ text: runWords.terminalNotHere }))
  })
  /** On a phone it lies over the page. */
  const terminalOver = (): boolean => showsTerminal() && scene.phone() && terminalPart.here() !== undefined
  const closeTerminal = (): void => {
    props.onTerminal?.(undefined)
    scene.toTranscript()
  }
  const toggleTerminal = (): void => (showsTerminal() ? closeTerminal() : props.onTerminal?.(''))

  return (
    <SceneContext.Provider value={scene}>
      <div
        class={styles.page}
        data-rail={wide() ? '' : undefined}
        data-terminal={showsTerminal() && terminalPart.here() !== undefined && !scene.phone() ? '' : undefined}
      >
        <div class={styles.pane} inert={terminalOver()}>
          <RunHeader
            watchers={watchers()}
            onRail={wide() ? undefined : () => setRailOpen((open) => !open)}
            railOpen={railOpen()}
            link={props.link()}
            onFind={find.open}
            onTerminal={props.onTerminal === undefined ? undefined : toggleTerminal}
            share={props.share}
          />
          <Show when={find.isOpen()}>
            <div ref={findBar}>
              <FindBar find={find} model={model} onClose={closeFind} />
            </div>
          </Show>
          <ErrorBoundary fallback={(error: unknown, reset) => <Broken error={error} onReset={reset} />}>
            <TranscriptView model={model} entry={find.entry() ?? entry()} handle={setTranscript} />
          </ErrorBoundary>
          <div class={styles.foot} ref={foot}>
            <AsksRegion asks={asks()} wanted={props.ask} late={late()} announce={announcer.say} />
            <FailedLine model={model} />
            <RefusedLines onTakeBack={handleTakeBack} />
            <Show when={writers().length > 0}>
              <p class={styles.writers}>{runWords.typing(writers())}</p>
            </Show>
            <Show when={guest === undefined || canSteer()}>
              <Composer waiting={waiting()} handle={setComposer} announce={announcer.say} lists={lists} />
            </Show>
          </div>
        </div>
        <Show
          when={wide()}
          fallback={
            <Sheet open={railOpen()} onOpenChange={setRailOpen} title={runWords.details}>
              <RunRail model={model} flush />
            </Sheet>
          }
        >
          <aside ref={rail} class={styles.rail} aria-label={runWords.rail.label} tabindex="0">
            <RunRail model={model} />
          </aside>
        </Show>
        <Show when={showsTerminal() && terminalPart.here()}>
          {(part) => (
            <Dynamic
              component={part().TerminalPanel}
              model={model}
              chosen={props.terminal === '' ? undefined : props.terminal}
              onChoose={(id: string) => props.onTerminal?.(id)}
              onClose={closeTerminal}
            />
          )}
        </Show>
        <Show when={props.changes !== undefined}>
          <ReviewPanel
            model={model}
            path={props.changes === '' ? undefined : props.changes}
            onPath={(path) => props.onChanges(path)}
            onClose={() => props.onChanges(undefined)}
          />
        </Show>
        <VisuallyHidden>
          <span role="status" aria-live="polite">
            {announcer.text()}
          </span>
        </VisuallyHidden>
      </div>
    </SceneContext.Provider>
  )
}

/** Somebody outside of the team who steers this run by its link. */
function guestOf(share: Share | undefined, id: UserId | undefined): Person | undefined {
  const guest = id === undefined ? undefined : share?.people.find((one) => one.userId === id)
  return guest === undefined || id === undefined
    ? undefined
    : { id, name: guest.name ?? guest.email, hue: 1, isMe: false }
}

function Broken(props: { readonly error: unknown; readonly onReset: () => void }) {
  return (
    <div class={styles.broken}>
      <ErrorState
        title={runWords.broken.title}
        text={runWords.broken.text}
        detail={props.error instanceof Error ? props.error.message : String(props.error)}
      >
        <Button size="lg" onClick={() => props.onReset()}>
          {runWords.broken.reload}
        </Button>
      </ErrorState>
    </div>
  )
}
