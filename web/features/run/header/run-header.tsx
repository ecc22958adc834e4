import { Link, useNavigate } from '@tanstack/solid-router'
import {
  ArrowLeft,
  Copy,
  Ellipsis,
  Link2,
  ListTree,
  PanelRight,
  Pencil,
  Pin as PinIcon,
  PinOff,
  Search,
  Share2,
  SquareTerminal,
  TextSearch,
} from 'lucide'
import { Show, createSignal } from 'solid-js'
import { IconButton } from '../../../ui/button.tsx'
import { Icon } from '../../../ui/icon.tsx'
import { useKeptFocus } from '../../../ui/kept-focus.ts'
import { Menu, MenuItem } from '../../../ui/menu.tsx'
import { showToast } from '../../../ui/toast.tsx'
import { useCommands } from '../../../state/commands.ts'
import { usePin } from '../../../state/kept.ts'
import { useOpenPalette } from '../../../state/palette.ts'
import { paletteWords } from '../../../words/palette.ts'
import { runWords } from '../../../words/run.ts'
import { shareWords } from '../../../words/share.ts'
import { useScene } from '../scene.ts'
import { ShareDialog } from '../share/share-dialog.tsx'
import { useSharing } from '../share/use-share.ts'
import { copyAndTell } from '../../../ui/copy.ts'
import type { Watcher } from '../watchers.ts'
import { RenameForm } from './rename-form.tsx'
import { RunFacts } from './run-facts.tsx'
import { ShareButton } from './share-button.tsx'
import { StopButton } from './stop-button.tsx'
import { WatcherList } from './watcher-list.tsx'
import styles from './run-header.module.css'

/** Which run this is, how it stands, who looks at it, and what can be done to it. */
export function RunHeader(props: {
  readonly watchers: readonly Watcher[]
  /** Present where the rail is not on the page: opens it. */
  readonly onRail?: (() => void) | undefined
  readonly railOpen: boolean
  readonly link: string
  readonly onFind: () => void
  /** Absent: this person sees no terminals. */
  readonly onTerminal?: (() => void) | undefined
  /** The address says that with whom it is shared lies over the page, until it is closed. */
  readonly share?: { readonly onClose: () => void } | undefined
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
        <RunFacts pin={pin} />
      </div>
      <Show when={!scene.phone()}>
        <WatcherList watchers={props.watchers} />
      </Show>
      <StopButton onFocusLost={toMenu} />
      <Show when={!scene.guest && (!scene.phone() || asking() > 0)}>
        <ShareButton requests={asking()} onOpen={() => setSharingOpen(true)} />
      </Show>
      <Show when={props.onTerminal && !scene.phone()}>
        <IconButton icon={SquareTerminal} label={runWords.terminal} onClick={() => props.onTerminal?.()} />
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
        <Show when={props.onTerminal && scene.phone()}>
          <MenuItem icon={SquareTerminal} onSelect={() => props.onTerminal?.()}>
            {runWords.terminal}
          </MenuItem>
        </Show>
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
        open={sharingOpen() || props.share !== undefined}
        onOpenChange={(open) => {
          setSharingOpen(open)
          if (!open) props.share?.onClose()
        }}
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
