import { Link, useNavigate } from '@tanstack/solid-router'
import {
  ArrowLeft,
  Copy,
  Ellipsis,
  GitBranch,
  Link2,
  ListTree,
  PanelRight,
  Pencil,
  Pin as PinIcon,
  PinOff,
  Search,
  Server,
  Share2,
  Square,
  TextSearch,
} from 'lucide'
import { For, Match, Show, Switch, createMemo, createSignal, onMount } from 'solid-js'
import { displayState, hasEnded, titleLimit } from '#shared/domain/run.ts'
import { concernsRun } from '#sync/client/workspace.ts'
import { AgentTile, Avatar } from '../../../ui/avatar.tsx'
import { Button, IconButton } from '../../../ui/button.tsx'
import { Icon } from '../../../ui/icon.tsx'
import { useKeptFocus } from '../../../ui/kept-focus.ts'
import { Menu, MenuItem } from '../../../ui/menu.tsx'
import { StateWord } from '../../../ui/state-word.tsx'
import { showToast } from '../../../ui/toast.tsx'
import { StopDialog } from '../../../ui/stop-dialog.tsx'
import { useCommands } from '../../../state/commands.ts'
import { useTextDraft } from '../../../state/draft.ts'
import { usePin, type Pin } from '../../../state/kept.ts'
import { isKey } from '../../../state/keyboard.ts'
import { useOpenPalette } from '../../../state/palette.ts'
import { useStopRun } from '../../../state/stop-run.ts'
import { usePending } from '../../../state/sync-status.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { failureWhat } from '../../../words/failures.ts'
import { paletteWords } from '../../../words/palette.ts'
import { midSentence, runWords } from '../../../words/run.ts'
import { shareWords } from '../../../words/share.ts'
import { stopWords } from '../../../words/runs.ts'
import { stateWords } from '../../../words/states.ts'
import { uiWords } from '../../../words/ui.ts'
import { IntentMark } from '../permission/asks-region.tsx'
import { useScene } from '../scene.ts'
import { ShareDialog } from '../share/share-dialog.tsx'
import { useSharing } from '../share/use-share.ts'
import { copyAndTell } from '../../../ui/copy.ts'
import type { Watcher } from '../watchers.ts'
import { refusalText } from '../../../state/refusal-text.ts'
import { Problem } from '../../../ui/problem.tsx'
import styles from './run-header.module.css'

/** Which run this is, how it stands, who looks at it, and what can be done to it. */
export function RunHeader(props: {
  readonly watchers: readonly Watcher[]
  /** Present where the rail is not on the page: opens it. */
  readonly onRail?: (() => void) | undefined
  readonly railOpen: boolean
  readonly link: string
  readonly onFind: () => void
}) {
  const scene = useScene()
  const openPalette = useOpenPalette()
  const pin = usePin(scene.runId)
  const sharing = useSharing()
  const [renaming, setRenaming] = createSignal(false)
  const [sharingOpen, setSharingOpen] = createSignal(false)
  const mayRename = () => scene.canSteer() && !scene.guest
  const asking = () => (sharing.mayChange() ? (sharing.share()?.requests.length ?? 0) : 0)
  const keep = async (): Promise<void> => {
    try {
      await pin.toggle()
    } catch {
      showToast({ text: runWords.notPinned })
    }
  }
  const keepWords = (): string => (pin.state() === 'no' ? runWords.keepOffline : runWords.dropOffline)
  let head!: HTMLElement
  // The title's form and the stop button go once they have done their work.
  const toMenu = (): void => head.querySelector<HTMLElement>('[aria-haspopup]')?.focus()
  useKeptFocus(() => head, toMenu)
  useCommands(() => [
    { id: 'run.copy-link', title: runWords.copyLink, icon: Link2, act: () => void copyAndTell(props.link) },
    ...(scene.guest
      ? []
      : [
          { id: 'run.keep-offline', title: keepWords(), icon: PinIcon, act: () => void keep() },
          { id: 'run.share', title: shareWords.title, icon: Share2, act: () => setSharingOpen(true) },
        ]),
    ...(mayRename() ? [{ id: 'run.rename', title: runWords.rename, icon: Pencil, act: () => setRenaming(true) }] : []),
    {
      id: 'run.copy-prompt',
      title: runWords.copyTitle,
      icon: Copy,
      act: () => void copyAndTell(scene.run().prompt),
    },
    ...(props.onRail === undefined
      ? []
      : [
          {
            id: 'run.details',
            title: props.railOpen ? runWords.hideDetails : runWords.showDetails,
            icon: PanelRight,
            act: () => props.onRail?.(),
          },
        ]),
  ])
  return (
    <header ref={head} class={styles.head} data-alone={scene.phone() && scene.guest ? '' : undefined}>
      <Show when={scene.phone() && !scene.guest}>
        <Link to="/runs" class={styles.back} aria-label={runWords.back}>
          <Icon of={ArrowLeft} size="lg" />
        </Link>
      </Show>
      <div class={styles.two}>
        <Show when={!renaming()} fallback={<RenameForm onDone={() => setRenaming(false)} />}>
          <h1
            class={styles.title}
            title={scene.run().title}
            dir="auto"
            onDblClick={() => mayRename() && setRenaming(true)}
          >
            {scene.run().title}
          </h1>
        </Show>
        <Sub pin={pin} />
      </div>
      <Show when={!scene.phone()}>
        <Watchers watchers={props.watchers} />
      </Show>
      <StopButton onFocusLost={toMenu} />
      <Show when={!scene.guest && (!scene.phone() || asking() > 0)}>
        <ShareButton requests={asking()} onOpen={() => setSharingOpen(true)} />
      </Show>
      <Show when={props.onRail && !scene.phone()}>
        <IconButton
          icon={PanelRight}
          label={props.railOpen ? runWords.hideDetails : runWords.showDetails}
          aria-expanded={props.railOpen}
          onClick={() => props.onRail?.()}
        />
      </Show>
      <Menu icon={Ellipsis} label={runWords.more} size={scene.phone() ? 'touch' : 'md'}>
        <MenuItem icon={TextSearch} onSelect={() => props.onFind()}>
          {runWords.find.title}
        </MenuItem>
        <MenuItem icon={Link2} onSelect={() => void copyAndTell(props.link)}>
          {runWords.copyLink}
        </MenuItem>
        <Show when={!scene.guest && scene.phone()}>
          <MenuItem icon={Share2} onSelect={() => setSharingOpen(true)}>
            {shareWords.title}
          </MenuItem>
        </Show>
        <Show when={mayRename()}>
          <MenuItem icon={Pencil} onSelect={() => setRenaming(true)}>
            {runWords.rename}
          </MenuItem>
        </Show>
        <Show when={!scene.guest}>
          <MenuItem icon={pin.state() === 'no' ? PinIcon : PinOff} onSelect={() => void keep()}>
            {keepWords()}
          </MenuItem>
        </Show>
        <MenuItem icon={Copy} onSelect={() => void copyAndTell(scene.run().prompt)}>
          {runWords.copyTitle}
        </MenuItem>
        <Show when={scene.phone() && !scene.guest}>
          <MenuItem icon={Search} onSelect={openPalette}>
            {paletteWords.title}
          </MenuItem>
        </Show>
        <Show when={scene.guest}>
          <OwnRuns />
        </Show>
        <Show when={props.onRail && scene.phone()}>
          <MenuItem icon={PanelRight} onSelect={() => props.onRail?.()}>
            {runWords.details}
          </MenuItem>
        </Show>
      </Menu>
      <ShareDialog
        open={sharingOpen()}
        onOpenChange={setSharingOpen}
        sharing={sharing}
        teamLink={props.link}
        onFocusLost={toMenu}
      />
    </header>
  )
}

/** A guest's way to what is their own: in the installed app there is no other. */
function OwnRuns() {
  const navigate = useNavigate()
  return (
    <MenuItem icon={ListTree} onSelect={() => void navigate({ to: '/runs' })}>
      {shareWords.page.app}
    </MenuItem>
  )
}

/** On phones only while somebody asks: the menu has it otherwise. */
function ShareButton(props: { readonly requests: number; readonly onOpen: () => void }) {
  const scene = useScene()
  return (
    <Show
      when={!scene.phone()}
      fallback={
        <IconButton
          icon={Share2}
          size="touch"
          label={shareWords.shareLabel(props.requests)}
          onClick={() => props.onOpen()}
        />
      }
    >
      <Button icon={Share2} aria-label={shareWords.shareLabel(props.requests)} onClick={() => props.onOpen()}>
        {shareWords.share}
        <Show when={props.requests > 0}>
          <span class={styles.count}>{props.requests}</span>
        </Show>
      </Button>
    </Show>
  )
}

function Sub(props: { readonly pin: Pin }) {
  const scene = useScene()
  const state = createMemo(() => displayState(scene.run()))
  const words = (): string => {
    const run = scene.run()
    if (state() === 'cancelled' && run.stop !== undefined)
      return runWords.cancelledBy(midSentence(scene.callName(run.stop.by)))
    const reason = state() === 'queued' || state() === 'failed' ? failureWhat(run.reason) : ''
    return reason === '' ? stateWords[state()] : `${stateWords[state()]} · ${reason}`
  }
  // Nothing else on the page says what a run waits for; why one failed stands whole above the composer.
  const isWhole = (): boolean => state() === 'queued'
  return (
    <div class={styles.sub} data-whole={isWhole() ? '' : undefined}>
      <span class={styles.state} title={words()}>
        <StateWord state={state()} words={words()} wraps={isWhole()} />
      </span>
      <Show when={!scene.phone()}>
        <span class={styles.fact} title={runWords.agent(scene.agent().name)}>
          <AgentTile letters={scene.agent().letters} size="sm" />
          {scene.agent().name}
        </span>
      </Show>
      <Show when={props.pin.state() !== 'no'}>
        <span
          class={styles.fact}
          title={props.pin.state() === 'here' ? runWords.keptOfflineTitle : runWords.comingOfflineTitle}
        >
          <Icon of={PinIcon} size="sm" />
          {props.pin.state() === 'here' ? runWords.keptOffline : runWords.comingOffline}
        </span>
      </Show>
      <Show when={scene.run().hostName}>
        {(host) => (
          <span class={styles.fact} title={runWords.host(host())}>
            <Show when={!scene.phone()}>
              <Icon of={Server} size="sm" />
            </Show>
            {host()}
          </span>
        )}
      </Show>
      <Show when={!scene.phone() && scene.run().branch}>
        {(branch) => (
          <span class={styles.fact} data-cut="" title={runWords.branch(branch())}>
            <Icon of={GitBranch} size="sm" />
            <code>{branch()}</code>
          </span>
        )}
      </Show>
    </div>
  )
}

function Watchers(props: { readonly watchers: readonly Watcher[] }) {
  const names = (): string[] => props.watchers.map((watcher) => watcher.person.name)
  return (
    <Show when={props.watchers.length > 0}>
      <span class={styles.watchers} role="group" aria-label={runWords.watching(names())}>
        <For each={props.watchers.slice(0, 4)}>
          {(watcher) => (
            <span class={styles.watcher} data-typing={watcher.typing ? '' : undefined}>
              <Avatar name={watcher.person.name} hue={watcher.person.hue} size="lg" decorative />
            </span>
          )}
        </For>
        <Show when={props.watchers.length > 4}>
          <span class={styles.moreWatchers}>+{props.watchers.length - 4}</span>
        </Show>
      </span>
    </Show>
  )
}

function StopButton(props: { readonly onFocusLost: () => void }) {
  const scene = useScene()
  const stopRun = useStopRun()
  const pending = usePending()
  const [asking, setAsking] = createSignal(false)
  const stop = () => scene.run().stop
  const canStop = () => scene.canSteer() && !hasEnded(scene.run().state)
  useCommands(() =>
    canStop() && stop() === undefined
      ? [{ id: 'run.stop', title: stopWords.label, icon: Square, act: () => setAsking(true) }]
      : [],
  )
  const isLocal = () => pending().some((mutation) => mutation.name === 'stopRun' && concernsRun(mutation, scene.runId))
  return (
    <>
      <Show when={canStop()}>
        <Switch
          fallback={
            <Show
              when={scene.phone()}
              fallback={
                <Button icon={Square} onClick={() => setAsking(true)}>
                  {stopWords.stop}
                </Button>
              }
            >
              <IconButton icon={Square} size="touch" label={stopWords.label} onClick={() => setAsking(true)} />
            </Show>
          }
        >
          <Match when={stop()}>
            {(asked) => (
              <span class={styles.stopping} role="status">
                <span>{runWords.stopping}</span>
                <IntentMark state={isLocal() ? 'local' : asked().state} />
              </span>
            )}
          </Match>
        </Switch>
      </Show>
      {/* A run that ends meanwhile takes nothing from under the finger: the dialog says so then. */}
      <StopDialog
        open={asking()}
        onOpenChange={setAsking}
        onStop={() => stopRun(scene.runId)}
        onFocusLost={() => props.onFocusLost()}
      />
    </>
  )
}

function RenameForm(props: { readonly onDone: () => void }) {
  const scene = useScene()
  const workspace = useWorkspace()
  const draft = useTextDraft(`rename/${scene.runId}`)
  // What others call it meanwhile doesn't overwrite what is typed.
  const before = scene.run().title
  const [typed, setTyped] = createSignal<string>()
  /** What was left behind by a page that died comes back. */
  const title = () => typed() ?? (draft.value() === '' ? before : draft.value())
  const [problem, setProblem] = createSignal<string>()
  const over = () => title().trim().length - titleLimit
  let input!: HTMLInputElement
  let closed = false
  let saving = false
  onMount(() => {
    input.focus()
    input.select()
  })
  const close = (): void => {
    closed = true
    void draft.clear()
    props.onDone()
  }
  const save = async (): Promise<void> => {
    // Leaving the field saves; but a form that was closed has nothing more to say.
    if (closed || saving) return
    const wanted = title().trim()
    if (over() > 0) {
      setProblem(uiWords.tooLong(over()))
      return
    }
    if (wanted === '' || wanted === scene.run().title) {
      close()
      return
    }
    saving = true
    try {
      await workspace.mutate.renameRun({ runId: scene.runId, title: wanted })
      close()
    } catch (error) {
      setProblem(refusalText(error))
    } finally {
      saving = false
    }
  }
  return (
    <form
      class={styles.rename}
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
      onKeyDown={(event) => isKey(event, 'Escape') && close()}
      onFocusOut={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) void save()
      }}
    >
      <input
        ref={input}
        aria-label={runWords.renameLabel}
        aria-invalid={over() > 0 ? 'true' : undefined}
        value={title()}
        onInput={(event) => {
          setTyped(event.currentTarget.value)
          draft.set(event.currentTarget.value)
          setProblem(over() > 0 ? uiWords.tooLong(over()) : undefined)
        }}
      />
      <Button size="sm" type="submit">
        {runWords.save}
      </Button>
      <Problem text={problem()} />
    </form>
  )
}
