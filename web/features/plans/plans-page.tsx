import { getRouteApi, useNavigate } from '@tanstack/solid-router'
import { CloudOff, Command, FileUp, Plus, Search } from 'lucide'
import { Match, Show, Switch, createEffect, createSignal } from 'solid-js'
import type { Plan } from '#shared/domain/plan.ts'
import type { PlanId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { useAfterFirstPage } from '../../state/after-first-page.ts'
import { useCommands } from '../../state/commands.ts'
import { useFrame } from '../../state/frame.ts'
import { useKeys } from '../../state/keyboard.ts'
import { useNewPlan } from '../../state/new-plan.ts'
import { useOpenPalette } from '../../state/palette.ts'
import { refusalText } from '../../state/refusal-text.ts'
import { useStatus } from '../../state/sync-status.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useTitle } from '../../state/title.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import type { Mover } from '../../ui/row-grid.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { showToast } from '../../ui/toast.tsx'
import { VisuallyHidden } from '../../ui/visually-hidden.tsx'
import { paletteWords } from '../../words/palette.ts'
import { plansWords } from '../../words/plans.ts'
import { usePlanActs } from './acts/plan-acts.ts'
import { useCopies } from './acts/use-copies.ts'
import { editorPart } from './editor-part.ts'
import { createFileDrop } from './list/file-drop.ts'
import { PlansBar } from './list/plans-bar.tsx'
import { PlansGrid } from './list/plans-grid.tsx'
import { usePlansList } from './list/use-plans-list.ts'
import styles from './plans-page.module.css'

const route = getRouteApi('/workspace/plans')

/** Every plan of the team, from this device's store alone. */
export function PlansPage() {
  const data = useTeamData()
  const frame = useFrame()
  const status = useStatus()
  const navigate = useNavigate()
  const acts = usePlanActs()
  const newPlan = useNewPlan()
  const copies = useCopies()
  const list = usePlansList(route.useSearch())
  const openPalette = useOpenPalette()
  useTitle(() => plansWords.title)
  // Whoever looks at the list opens one next.
  useAfterFirstPage(editorPart.want)

  const [cursor, setCursor] = createSignal<PlanId | undefined>(data.plansPlace.cursor)
  createEffect(() => {
    data.plansPlace.cursor = cursor()
  })
  let mover: Mover | undefined
  let searchBox: HTMLInputElement | undefined
  let fileInput!: HTMLInputElement

  const open = (planId: PlanId) => void navigate({ to: '/plans/$planId', params: { planId } })
  const make = () =>
    void newPlan.make(list.folder() ?? '').catch((error: unknown) => showToast({ text: refusalText(error) }))
  const bring = async (files: readonly File[]): Promise<void> => {
    const made = await copies.bring(files, list.folder() ?? '')
    const [only] = made
    if (made.length === 1 && only !== undefined) open(only)
  }
  const duplicate = async (plan: Plan): Promise<void> => {
    const made = await copies.duplicate(plan)
    if (made !== undefined) open(made)
  }
  const archive = async (plan: Plan): Promise<void> => {
    const rows = list.found()
    const at = rows.findIndex((one) => one.id === plan.id)
    if (!(await acts.archive(plan, plan.archivedAt === undefined)) || cursor() !== plan.id) return
    const next = rows[at + 1] ?? rows[at - 1]
    setCursor(next?.id)
    mover?.focus(next?.id)
  }
  const drop = createFileDrop(
    () => acts.mayEdit(),
    (files) => void bring(files),
  )

  const onCursorPlan = (act: (plan: Plan) => void) => () => {
    const id = cursor()
    const plan = id === undefined ? undefined : data.plans.get(keys.plan(id))
    if (plan === undefined || document.activeElement !== document.body) return false
    act(plan)
    return true
  }
  useKeys({
    '/': () => searchBox?.focus(),
    j: () => mover?.move(1),
    k: () => mover?.move(-1),
    ArrowDown: () => mover?.move(1),
    ArrowUp: () => mover?.move(-1),
    Enter: onCursorPlan((plan) => open(plan.id)),
    e: onCursorPlan((plan) => acts.mayEdit() && void archive(plan)),
  })
  useCommands(() => [
    { id: 'plans.search', title: plansWords.search, icon: Search, key: '/' as const, act: () => searchBox?.focus() },
    ...(acts.mayEdit()
      ? [
          {
            id: 'plans.import',
            title: plansWords.importFile,
            also: plansWords.importAlso,
            icon: FileUp,
            act: () => fileInput.click(),
          },
        ]
      : []),
  ])

  const isUnknown = () => list.all().length === 0 && status().freshAt === undefined
  const noneText = (): string => {
    if (list.find() !== '') return plansWords.noneFound(list.find())
    return list.folder() !== undefined || list.author() !== undefined
      ? plansWords.noneInFolder
      : plansWords.noneUnder(plansWords.filter[list.filter()])
  }

  return (
    <section class={styles.pane} aria-label={plansWords.title} {...drop.handlers}>
      <PageHead title={plansWords.title}>
        <Show when={frame() === 'phone'}>
          <IconButton icon={Command} size="touch" label={paletteWords.title} onClick={openPalette} />
        </Show>
        <Show when={acts.mayEdit()}>
          <IconButton
            icon={FileUp}
            size={frame() === 'phone' ? 'touch' : 'md'}
            label={plansWords.importFile}
            onClick={() => fileInput.click()}
          />
          <Show
            when={frame() === 'phone'}
            fallback={
              <Button icon={Plus} keys="P" onClick={make}>
                {plansWords.newPlan}
              </Button>
            }
          >
            <IconButton icon={Plus} size="touch" label={plansWords.newPlan} onClick={make} />
          </Show>
        </Show>
      </PageHead>
      <PlansBar list={list} onDown={() => mover?.move(1)} searchRef={(element) => (searchBox = element)} />
      <Show when={status().connection === 'offline'}>
        <Banner icon={CloudOff}>{plansWords.stale(status().freshAt)}</Banner>
      </Show>
      <VisuallyHidden>
        <span role="status">{list.find() === '' ? '' : plansWords.found(list.found().length)}</span>
      </VisuallyHidden>
      <Switch
        fallback={
          <PlansGrid
            list={list}
            acts={acts}
            cursor={cursor()}
            onCursor={setCursor}
            onOpen={open}
            onArchive={(plan) => void archive(plan)}
            onDuplicate={(plan) => void duplicate(plan)}
            onMover={(given) => (mover = given)}
          />
        }
      >
        <Match when={data.plans.loaded() && isUnknown() && status().connection === 'offline'}>
          <EmptyState text={plansWords.waitsOffline} />
        </Match>
        <Match when={!data.plans.loaded() || isUnknown()}>
          <SkeletonRows waitsFor={plansWords.waits} />
        </Match>
        <Match when={list.all().length === 0}>
          <EmptyState text={acts.mayEdit() ? plansWords.empty : plansWords.emptyForViewers}>
            <Show when={acts.mayEdit()}>
              <Button size="lg" tone="ink" keys="P" onClick={make}>
                {plansWords.newPlan}
              </Button>
              <Button size="lg" onClick={() => fileInput.click()}>
                {plansWords.importFile}
              </Button>
            </Show>
          </EmptyState>
        </Match>
        <Match when={list.found().length === 0}>
          <EmptyState text={noneText()}>
            <Button size="lg" onClick={list.showAll}>
              {plansWords.clear}
            </Button>
          </EmptyState>
        </Match>
      </Switch>
      <Show when={drop.isOver()}>
        <p class={styles.drop}>{plansWords.dropHere}</p>
      </Show>
      <input
        ref={fileInput}
        type="file"
        accept=".md,.markdown,.txt,text/markdown,text/plain"
        multiple
        hidden
        aria-label={plansWords.importFile}
        onChange={(event) => {
          void bring([...(event.currentTarget.files ?? [])])
          event.currentTarget.value = ''
        }}
      />
    </section>
  )
}
