import { Link, getRouteApi, useNavigate } from '@tanstack/solid-router'
import { CloudOff, Command, PanelRight, Search } from 'lucide'
import { ErrorBoundary, Match, Show, Suspense, Switch, createEffect, createMemo, createSignal, lazy } from 'solid-js'
import type { RunId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { useNow } from '../../state/clock.ts'
import { useCommands } from '../../state/commands.ts'
import { createRunFinder } from '../../state/find.ts'
import { useFrame, useMedia } from '../../state/frame.ts'
import { intentRunId } from '#sync/client/intent-args.ts'
import { useKeys } from '../../state/keyboard.ts'
import { useOpenPalette } from '../../state/palette.ts'
import type { RunFilter } from '../../state/runs-search.ts'
import { usePending, useStatus } from '../../state/sync-status.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useTitle } from '../../state/title.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button, ButtonInside, IconButton, buttonClass } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { createHeldOrder } from '../../ui/held-order.ts'
import { PageHead } from '../../ui/page-head.tsx'
import type { Mover } from '../../ui/row-grid.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { VisuallyHidden } from '../../ui/visually-hidden.tsx'
import { paletteWords } from '../../words/palette.ts'
import { previewWords, runsWords } from '../../words/runs.ts'
import { shellWords } from '../../words/shell.ts'
import { startOfDay } from '../../words/time.ts'
import { uiWords } from '../../words/ui.ts'
import { FilterBar } from './filter-bar.tsx'
import { createTyped } from '../../state/typed.ts'
import { countRuns, inOrder, listEntries, runsUnder } from './list-model.ts'
import { RunsGrid } from './runs-grid.tsx'
import styles from './runs-page.module.css'

/** After the list: it brings much that no row needs. */
const RunPreview = lazy(() => import('./run-preview.tsx').then((part) => ({ default: part.RunPreview })))

const route = getRouteApi('/workspace/runs')

/** Every run of the team, from this device's store alone. */
export function RunsPage() {
  const workspace = useWorkspace()
  const data = useTeamData()
  const frame = useFrame()
  const status = useStatus()
  const pending = usePending()
  const now = useNow()
  const search = route.useSearch()
  const navigate = useNavigate()
  useTitle(() => runsWords.title)

  const filter = (): RunFilter => search().show ?? 'all'
  // What is typed is searched at once; the address follows when the typing rests.
  const typed = createTyped(
    () => search().find ?? '',
    (text) => show({ find: text }),
  )
  const find = typed.text
  const today = createMemo(() => startOfDay(now()))
  const counts = createMemo(() => countRuns(data.runs.all(), workspace.userId))
  const ordered = createMemo(() => inOrder(data.runs.all()))
  const under = createMemo(() => runsUnder(ordered(), filter(), workspace.userId))
  const findIn = createRunFinder()
  const found = createMemo(() => findIn(under(), find()))
  const wanted = createMemo(() => listEntries(found(), today()))
  const basis = createMemo(() => `${filter()} ${find()}`)
  const held = createHeldOrder({
    wanted,
    basis,
    current: (entry) => {
      if (entry.type === 'group') return entry
      const run = data.runs.get(keys.run(entry.run.id))
      return run === undefined ? undefined : { ...entry, run }
    },
  })
  /** Runs that stand in the queue on this device alone: what would put them into the real one is not sent. */
  const localRuns = createMemo(
    () =>
      new Set(
        pending().flatMap((mutation) =>
          mutation.name === 'createRun' || mutation.name === 'sendPrompt' ? (intentRunId(mutation.args) ?? []) : [],
        ),
      ),
  )

  const [cursor, setCursor] = createSignal<RunId | undefined>(data.runsPlace.cursor)
  const roomy = useMedia('(width >= 80em)')
  const [previewChoice, setPreviewChoice] = createSignal<boolean | undefined>()
  const previewOn = () => previewChoice() ?? roomy()
  createEffect(() => {
    data.runsPlace.cursor = cursor()
  })
  // What comes beside the list comes after it.
  const [listed, setListed] = createSignal(false)
  createEffect(() => {
    if (data.runs.loaded()) requestAnimationFrame(() => setTimeout(setListed, 0, true))
  })
  const previewed = () => frame() === 'desktop' && previewOn()
  const selectedRun = createMemo(() => {
    const id = cursor()
    return previewed() && id !== undefined ? data.runs.get(keys.run(id)) : undefined
  })
  const open = (runId: RunId) => void navigate({ to: '/runs/$runId', params: { runId } })
  const pick = (runId: RunId) => {
    if (previewed()) setCursor(runId)
    else open(runId)
  }
  const show = (change: { readonly show?: RunFilter; readonly find?: string }) => {
    const next = { show: filter(), find: find(), ...change }
    void navigate({
      to: '/runs',
      search: { ...(next.show === 'all' ? {} : { show: next.show }), ...(next.find === '' ? {} : { find: next.find }) },
      replace: true,
    })
  }

  let mover: Mover | undefined
  let searchBox: HTMLInputElement | undefined
  useKeys({
    '/': () => searchBox?.focus(),
    j: () => mover?.move(1),
    k: () => mover?.move(-1),
    ArrowDown: () => mover?.move(1),
    ArrowUp: () => mover?.move(-1),
    Enter: () => {
      const id = cursor()
      if (id === undefined || document.activeElement !== document.body) return false
      open(id)
      return true
    },
  })

  useCommands(() => [
    { id: 'runs.search', title: runsWords.search, icon: Search, key: '/' as const, act: () => searchBox?.focus() },
    ...(frame() === 'desktop'
      ? [
          {
            id: 'runs.preview',
            title: previewOn() ? previewWords.hide : previewWords.show,
            icon: PanelRight,
            act: () => void setPreviewChoice(!previewOn()),
          },
        ]
      : []),
  ])
  const openPalette = useOpenPalette()

  return (
    <div class={styles.layout} data-preview={previewed() ? '' : undefined}>
      <section class={styles.pane} aria-label={runsWords.title}>
        <PageHead title={runsWords.title}>
          <Show when={frame() === 'phone'}>
            <IconButton icon={Command} size="touch" label={paletteWords.title} onClick={openPalette} />
          </Show>
          <Show when={frame() === 'desktop'}>
            <IconButton
              icon={PanelRight}
              label={previewOn() ? previewWords.hide : previewWords.show}
              aria-pressed={previewOn()}
              onClick={() => setPreviewChoice(!previewOn())}
            />
          </Show>
        </PageHead>
        <FilterBar
          filter={filter()}
          counts={counts()}
          find={find()}
          onFilter={(chosen) => show({ show: chosen })}
          onFind={typed.set}
          onDown={() => mover?.move(1)}
          searchRef={(element) => (searchBox = element)}
        />
        <Show when={status().connection === 'offline'}>
          <Banner icon={CloudOff}>{shellWords.stale(status().freshAt, frame() === 'phone')}</Banner>
        </Show>
        <VisuallyHidden>
          <span role="status">{find() === '' ? '' : runsWords.found(found().length)}</span>
        </VisuallyHidden>
        <Switch
          fallback={
            <RunsGrid
              entries={held.entries()}
              basis={basis()}
              handlers={held.handlers}
              phone={frame() === 'phone'}
              cursor={cursor()}
              selected={selectedRun()?.id}
              localRuns={localRuns()}
              onCursor={setCursor}
              onPick={pick}
              onOpen={open}
              onMover={(given) => (mover = given)}
            />
          }
        >
          <Match
            when={
              data.runs.loaded() &&
              data.runs.all().length === 0 &&
              status().freshAt === undefined &&
              status().connection === 'offline'
            }
          >
            <EmptyState text={runsWords.waitsOffline} />
          </Match>
          <Match when={!data.runs.loaded() || (data.runs.all().length === 0 && status().freshAt === undefined)}>
            <SkeletonRows waitsFor={runsWords.waits} />
          </Match>
          <Match when={data.runs.all().length === 0}>
            <EmptyState text={runsWords.empty(data.runners.all().some((runner) => runner.connected))}>
              <Link to="/new" class={buttonClass} data-size="lg" data-tone="ink">
                <ButtonInside keys="N">{runsWords.newRun}</ButtonInside>
              </Link>
              <Show when={data.runners.all().length === 0}>
                <Link to="/settings/$section" params={{ section: 'runners' }} class={buttonClass} data-size="lg">
                  <ButtonInside>{runsWords.connect}</ButtonInside>
                </Link>
              </Show>
            </EmptyState>
          </Match>
          <Match when={found().length === 0}>
            <EmptyState text={find() === '' ? runsWords.noneUnder[filter()] : runsWords.noneFound(find(), filter())}>
              <Button
                size="lg"
                onClick={() => {
                  typed.set('')
                  show({ show: 'all', find: '' })
                }}
              >
                {runsWords.clear}
              </Button>
            </EmptyState>
          </Match>
        </Switch>
      </section>
      <Show when={previewed() && listed()}>
        <ErrorBoundary fallback={<EmptyState text={uiWords.notLoaded} />}>
          <Suspense>
            <RunPreview run={selectedRun()} onOpen={open} />
          </Suspense>
        </ErrorBoundary>
      </Show>
    </div>
  )
}
