import { useLocation, useRouter } from '@tanstack/solid-router'
import { CircleArrowUp, CircleHelp, Keyboard, LogOut, NotebookPen, RefreshCw } from 'lucide'
import { Show, createEffect, createMemo, createSignal, on, onCleanup, untrack, type JSX } from 'solid-js'
import { hasEnded } from '#shared/domain/run.ts'
import { RunId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { useCommands } from '../../state/commands.ts'
import { useDeviceStore } from '../../state/device-store.ts'
import { useFrame } from '../../state/frame.ts'
import { useInstall } from '../../state/install.ts'
import { useKeyboard, useKeys } from '../../state/keyboard.ts'
import { prepareMutators } from '#sync/core/mutators/device.ts'
import { PaletteContext } from '../../state/palette.ts'
import { pagesOf } from '../../state/pages.ts'
import { useAfterFirstPage } from '../../state/after-first-page.ts'
import { useNewPlan } from '../../state/new-plan.ts'
import { createRecentRuns } from '../../state/recent-runs.ts'
import { refusalText } from '../../state/refusal-text.ts'
import { useStatus } from '../../state/sync-status.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useTitles } from '../../state/title.ts'
import { useUnsentImages } from '../../state/unsent-images.ts'
import { useUpdates } from '../../state/update.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { preloadMenus } from '../../ui/menu.tsx'
import { preloadToasts, showToast } from '../../ui/toast.tsx'
import { preloadTooltips } from '../../ui/tooltip.tsx'
import { paletteWords } from '../../words/palette.ts'
import { shellWords } from '../../words/shell.ts'
import { BottomBar } from './bottom-bar.tsx'
import type { MailboxPart } from './bell.tsx'
import { LazySheet } from './lazy-sheet.tsx'
import { News } from './news.tsx'
import { Notices } from './notices.tsx'
import { SideBar } from './side-bar.tsx'
import { SyncBar } from './sync-indicator.tsx'
import styles from './shell.module.css'

const loadPalette = () => import('./palette/palette.tsx').then((part) => part.Palette)
const loadKeys = () => import('./keys-sheet.tsx').then((part) => part.KeysSheet)
const loadSignOut = () => import('./sign-out-dialog.tsx').then((part) => part.SignOutDialog)

/** The frame around every page of a team: side bar on wide screens, bottom bar on phones. */
export function Shell(props: { readonly mailbox: MailboxPart; readonly children: JSX.Element }) {
  const frame = useFrame()
  const data = useTeamData()
  const status = useStatus()
  const titles = useTitles()
  const location = useLocation()
  const [keysOpen, setKeysOpen] = createSignal(false)
  const [signOutOpen, setSignOutOpen] = createSignal(false)
  const palette = createPalette()

  createEffect(() => titles.setAttention(data.inbox.attention()))
  onCleanup(() => titles.setAttention(0))
  usePageKeys()
  useKeys({
    '?': () => void setKeysOpen(true),
    'Mod+k': () => palette.toggle(),
  })
  useAppCommands({
    onKeys: () => setKeysOpen(true),
    onSignOut: () => setSignOutOpen(true),
  })
  const shownRun = createMemo(() => RunId.safeParse(/^\/runs\/([^/]+)$/.exec(location().pathname)?.[1]).data)
  const recent = useRecentRuns(shownRun)
  useSeenThrough(shownRun)
  useNextPresses()

  const unsent = useUnsentImages()
  const sync = () => ({
    status: status(),
    refused: data.refused.all().length + unsent().filter(({ refusal }) => refusal !== undefined).length,
  })
  /** A plan has its outline beside it, and needs the room. */
  const narrow = () => frame() === 'tablet' || /^\/plans\/./.test(location().pathname)
  /** Pages that take the whole phone have their own way back. */
  const full = () => location().pathname === '/new' || /^\/(?:runs|plans|environments)\/./.test(location().pathname)

  return (
    <PaletteContext.Provider value={palette.open}>
      <div class={styles.shell} data-frame={frame()} data-narrow={narrow() ? '' : undefined}>
        <a class={styles.skip} href="#main">
          {shellWords.skip}
        </a>
        <Show
          when={frame() !== 'phone'}
          fallback={
            <Show when={location().pathname !== '/outbox'}>
              <SyncBar {...sync()} />
            </Show>
          }
        >
          <SideBar icons={narrow()} sync={sync()} mailbox={props.mailbox} />
        </Show>
        <main id="main" class={styles.main} tabIndex={-1}>
          <Notices status={status()} />
          <div class={styles.page}>{props.children}</div>
        </main>
        <Show when={frame() === 'phone' && !full()}>
          <BottomBar />
        </Show>
        <News />
        <LazySheet load={loadKeys} with={{ open: keysOpen(), onOpenChange: setKeysOpen }} />
        <LazySheet load={loadSignOut} with={{ open: signOutOpen(), onOpenChange: setSignOutOpen }} />
        <LazySheet
          load={loadPalette}
          with={{
            open: palette.isOpen(),
            onOpenChange: palette.setOpen,
            overSheet: palette.overSheet(),
            recent: recent(),
            onChosen: () => setKeysOpen(false),
          }}
        />
      </div>
    </PaletteContext.Provider>
  )
}

/** What lies open may be left for another place if nothing in it waits for an answer: sheets, and what is only read. */
function createPalette() {
  const [isOpen, setOpen] = createSignal(false)
  const [overSheet, setOverSheet] = createSignal(false)
  const open = (): boolean => {
    const layers = [...document.querySelectorAll('[role="dialog"], [role="alertdialog"]')]
    if (!layers.every((layer) => layer.hasAttribute('data-leave'))) return false
    // A list or menu that hangs open closes first, by its own key.
    if (document.querySelector('[role="menu"], [role="listbox"]') !== null) return false
    setOverSheet(layers.length > 0)
    setOpen(true)
    return true
  }
  return {
    isOpen,
    overSheet,
    setOpen,
    open: () => void open(),
    toggle: (): boolean => {
      if (!isOpen()) return open()
      setOpen(false)
      return true
    },
  }
}

/** So that a press on a run, the palette's first letters and the first toast and tooltip wait for nothing to be fetched and compiled. */
function useNextPresses(): void {
  const router = useRouter()
  useAfterFirstPage(() => router.loadRouteChunk(router.routesByPath['/runs/$runId']))
  useAfterFirstPage(prepareMutators)
  useAfterFirstPage(loadPalette)
  useAfterFirstPage(preloadToasts)
  useAfterFirstPage(preloadMenus)
  useAfterFirstPage(preloadTooltips)
}

/** Binds the keys that the routes name for their pages. */
function usePageKeys(): void {
  const router = useRouter()
  for (const page of pagesOf(router))
    if (page.key !== undefined) useKeys({ [page.key]: () => router.history.push(page.href) })
}

/** The runs that were opened last, the one that is shown among them. */
function useRecentRuns(shown: () => RunId | undefined): () => readonly RunId[] {
  const workspace = useWorkspace()
  const recent = createRecentRuns({
    store: useDeviceStore(),
    key: `recent-runs/${workspace.userId}/${workspace.teamId}`,
  })
  createEffect(() => {
    const id = shown()
    if (recent.loaded() && id !== undefined) untrack(() => recent.opened(id))
  })
  // The one that is open needs no way back to it.
  return createMemo(() => recent.ids().filter((id) => id !== shown()))
}

/** Whoever saw a run to its end knows what the app is for, and may be offered to install it. */
function useSeenThrough(shown: () => RunId | undefined): void {
  const data = useTeamData()
  const install = useInstall()
  const seen = createMemo(() => {
    const id = shown()
    const run = id === undefined ? undefined : data.runs.get(keys.run(id))
    return run === undefined ? undefined : { id: run.id, ended: hasEnded(run.state) }
  })
  createEffect(
    on(seen, (now, before) => {
      if (before !== undefined && now?.id === before.id && !before.ended && now.ended) install.earned()
    }),
  )
}

/** What can be done from the palette on every page. */
function useAppCommands(on: { readonly onKeys: () => void; readonly onSignOut: () => void }): void {
  const workspace = useWorkspace()
  const keyboard = useKeyboard()
  const updates = useUpdates()
  const newPlan = useNewPlan()
  const makePlan = (): void => void newPlan.make().catch((error: unknown) => showToast({ text: refusalText(error) }))
  useKeys({ p: () => newPlan.mayMake() && makePlan() })
  const constant = [
    {
      id: 'app.check',
      title: paletteWords.check,
      also: paletteWords.checkAlso,
      icon: RefreshCw,
      act: () => void workspace.refresh(),
    },
    {
      id: 'app.keys',
      title: paletteWords.keys,
      also: paletteWords.keysAlso,
      icon: CircleHelp,
      key: '?' as const,
      act: on.onKeys,
    },
    {
      id: 'app.sign-out',
      title: paletteWords.signOut,
      also: paletteWords.signOutAlso,
      icon: LogOut,
      act: on.onSignOut,
    },
  ]
  useCommands(
    () => [
      ...(updates.ready()
        ? [{ id: 'app.update', title: paletteWords.update, icon: CircleArrowUp, act: () => updates.apply() }]
        : []),
      ...(newPlan.mayMake()
        ? [
            {
              id: 'app.new-plan',
              title: shellWords.newPlan,
              also: shellWords.newPlanAlso,
              icon: NotebookPen,
              key: 'p' as const,
              act: makePlan,
            },
          ]
        : []),
      ...constant,
      {
        id: 'app.letters',
        title: keyboard.lettersOn() ? paletteWords.lettersOff : paletteWords.lettersOn,
        also: paletteWords.keysAlso,
        icon: Keyboard,
        act: () => keyboard.setLettersOn(!keyboard.lettersOn()),
      },
    ],
    'app',
  )
}
