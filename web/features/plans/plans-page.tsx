import { getRouteApi, useNavigate } from '@tanstack/solid-router'
import { CloudOff, Command, FileUp, Plus, Search } from 'lucide'
import { Match, Show, Switch, createEffect, createMemo, createSignal } from 'solid-js'
import type { Plan } from '#shared/domain/plan.ts'
import type { PlanId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { useNow } from '../../state/clock.ts'
import { useCommands } from '../../state/commands.ts'
import { useFrame } from '../../state/frame.ts'
import { useKeys } from '../../state/keyboard.ts'
import { useNewPlan } from '../../state/new-plan.ts'
import { useOpenPalette } from '../../state/palette.ts'
import type { PlansSearch } from '../../state/plans-search.ts'
import { refusalText } from '../../state/refusal-text.ts'
import { usePlanCopies } from '../../state/plan-copies.ts'
import { usePending, useStatus } from '../../state/sync-status.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useTitle } from '../../state/title.ts'
import { createTyped } from '../../state/typed.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { createHeldOrder } from '../../ui/held-order.ts'
import { PageHead } from '../../ui/page-head.tsx'
import { RowGrid, type Mover } from '../../ui/row-grid.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { showToast } from '../../ui/toast.tsx'
import { VisuallyHidden } from '../../ui/visually-hidden.tsx'
import { paletteWords } from '../../words/palette.ts'
import { plansWords } from '../../words/plans.ts'
import { startOfDay } from '../../words/time.ts'
import { MoveDialog } from './acts/move-dialog.tsx'
import { usePlanActs } from './acts/plan-acts.ts'
import { PlanMenuItems } from './acts/plan-menu.tsx'
import { RemoveDialog } from './acts/remove-dialog.tsx'
import { useCopies } from './acts/use-copies.ts'
import {
  countPlans,
  findPlans,
  foldersOf,
  inOrder,
  listEntries,
  withOwnTitle,
  type ListEntry,
} from './list/list-model.ts'
import { PlanRow } from './list/plan-row.tsx'
import { PlansBar } from './list/plans-bar.tsx'
import { usePlanTexts } from './list/plan-texts.ts'
import styles from './plans-page.module.css'

const route = getRouteApi('/workspace/plans')

/** Every plan of the team, from this device's store alone. */
export function PlansPage() {
  const workspace = useWorkspace()
  const data = useTeamData()
  const frame = useFrame()
  const status = useStatus()
  const pending = usePending()
  const now = useNow()
  const search = route.useSearch()
  const navigate = useNavigate()
  const acts = usePlanActs()
  const newPlan = useNewPlan()
  const making = useCopies()
  useTitle(() => plansWords.title)

  const filter = () => search().show ?? 'all'
  const sort = () => search().sort ?? 'changed'
  const author = () => authors().find((id) => id === search().by)
  // What is typed is searched at once; the address follows when the typing rests.
  const typed = createTyped(
    () => search().find ?? '',
    (text) => show({ find: text === '' ? undefined : text }),
  )
  const find = typed.text
  const show = (change: PlansSearch) =>
    void navigate({ to: '/plans', search: without({ ...search(), ...change }), replace: true })

  const today = createMemo(() => startOfDay(now()))
  const copies = usePlanCopies()
  const all = createMemo(() => data.plans.all().map((plan) => withOwnTitle(plan, copies().get(plan.id))))
  const counts = createMemo(() => countPlans(all(), workspace.userId))
  const folders = createMemo(() => foldersOf(all()))
  const authors = createMemo(() => [...new Set(all().map((plan) => plan.createdBy))])
  const texts = usePlanTexts(() => find() !== '')
  const ordered = createMemo(() => inOrder(all(), sort()))
  const found = createMemo(() =>
    findPlans(
      ordered(),
      { show: filter(), folder: search().folder, by: author(), find: find() },
      workspace.userId,
      (id) => texts.get(id),
    ),
  )
  const basis = createMemo(() => [filter(), sort(), search().folder ?? '*', author() ?? '*', find()].join(' '))
  const wanted = createMemo(() => listEntries(found(), sort(), today()))
  const held = createHeldOrder<ListEntry>({
    wanted,
    basis,
    current: (entry) => {
      if (entry.type === 'group') return entry
      const plan = data.plans.get(keys.plan(entry.key))
      return plan === undefined ? undefined : { ...entry, plan: withOwnTitle(plan, copies().get(plan.id)) }
    },
  })
  /** Plans of which the server does not have all that this device has. */
  const localPlans = createMemo(
    () =>
      new Set([
        ...pending().flatMap(({ name, args }) => (name === 'createPlan' ? (planIdOf(args) ?? []) : [])),
        ...[...copies().values()].flatMap(({ planId, unstored }) => (unstored ? planId : [])),
      ]),
  )

  const [cursor, setCursor] = createSignal<PlanId | undefined>(data.plansPlace.cursor)
  createEffect(() => {
    data.plansPlace.cursor = cursor()
  })
  const [moving, setMoving] = createSignal<Plan>()
  const [removing, setRemoving] = createSignal<Plan>()
  const [dropping, setDropping] = createSignal(false)
  let mover: Mover | undefined
  let searchBox: HTMLInputElement | undefined
  let fileInput!: HTMLInputElement

  const open = (planId: PlanId) => void navigate({ to: '/plans/$planId', params: { planId } })
  const make = () =>
    void newPlan.make(search().folder ?? '').catch((error: unknown) => showToast({ text: refusalText(error) }))
  const bring = async (files: Iterable<File>): Promise<void> => {
    const made = await making.bring([...files], search().folder ?? '')
    const [only] = made
    if (made.length === 1 && only !== undefined) open(only)
  }
  const duplicate = async (plan: Plan): Promise<void> => {
    const made = await making.duplicate(plan)
    if (made !== undefined) open(made)
  }
  const archive = async (plan: Plan): Promise<void> => {
    const rows = found()
    const at = rows.findIndex((one) => one.id === plan.id)
    if (!(await acts.archive(plan, plan.archivedAt === undefined))) return
    const next = rows[at + 1] ?? rows[at - 1]
    if (cursor() !== plan.id) return
    setCursor(next?.id)
    mover?.focus(next?.id)
  }
  const clear = () => {
    typed.set('')
    void navigate({ to: '/plans', search: {}, replace: true })
  }

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
    {
      id: 'plans.search',
      title: plansWords.search,
      icon: Search,
      key: '/' as const,
      act: () => searchBox?.focus(),
    },
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
  const openPalette = useOpenPalette()
  const hasFiles = (event: DragEvent) => acts.mayEdit() && event.dataTransfer?.types.includes('Files') === true

  return (
    <section
      class={styles.pane}
      aria-label={plansWords.title}
      onDragOver={(event) => {
        if (!hasFiles(event)) return
        event.preventDefault()
        setDropping(true)
      }}
      onDragLeave={(event) => {
        const to = event.relatedTarget
        if (!(to instanceof Node) || !event.currentTarget.contains(to)) setDropping(false)
      }}
      onDrop={(event) => {
        setDropping(false)
        if (!hasFiles(event) || event.dataTransfer === null) return
        event.preventDefault()
        void bring(event.dataTransfer.files)
      }}
    >
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
      <PlansBar
        filter={filter()}
        counts={counts()}
        onFilter={(chosen) => show({ show: chosen === 'all' ? undefined : chosen })}
        find={find()}
        onFind={typed.set}
        onDown={() => mover?.move(1)}
        searchRef={(element) => (searchBox = element)}
        folders={folders()}
        folder={search().folder}
        onFolder={(folder) => show({ folder })}
        authors={authors()}
        author={author()}
        onAuthor={(by) => show({ by })}
        sort={sort()}
        onSort={(chosen) => show({ sort: chosen === 'changed' ? undefined : chosen })}
      />
      <Show when={status().connection === 'offline'}>
        <Banner icon={CloudOff}>{plansWords.stale(status().freshAt)}</Banner>
      </Show>
      <VisuallyHidden>
        <span role="status">{find() === '' ? '' : plansWords.found(found().length)}</span>
      </VisuallyHidden>
      <Switch
        fallback={
          <RowGrid<ListEntry>
            label={plansWords.list}
            entries={held.entries()}
            heading={(entry) => (entry.type === 'group' ? entry : undefined)}
            basis={basis()}
            place={data.plansPlace}
            handlers={held.handlers}
            phone={frame() === 'phone'}
            cursor={cursor()}
            estimate={() => (frame() === 'phone' ? 64 : 36)}
            onCursor={(entry) => entry.type === 'plan' && setCursor(entry.key)}
            onPick={(entry) => entry.type === 'plan' && open(entry.key)}
            onOpen={(entry) => entry.type === 'plan' && open(entry.key)}
            onKey={(event, entry) => {
              if (event.key !== 'e' || entry?.type !== 'plan' || !acts.mayEdit()) return false
              void archive(entry.plan)
              return true
            }}
            onMover={(given) => (mover = given)}
          >
            {(entry) => (
              <Show when={planOf(entry())}>
                {(plan) => (
                  <PlanRow
                    plan={plan()}
                    local={localPlans().has(plan().id)}
                    byDay={sort() === 'changed'}
                    onOpen={() => open(plan().id)}
                    menu={
                      acts.mayEdit()
                        ? () => (
                            <PlanMenuItems
                              plan={plan()}
                              acts={acts}
                              onDuplicate={() => void duplicate(plan())}
                              onMove={() => setMoving(plan())}
                              onRemove={() => setRemoving(plan())}
                            />
                          )
                        : undefined
                    }
                  />
                )}
              </Show>
            )}
          </RowGrid>
        }
      >
        <Match
          when={
            data.plans.loaded() &&
            all().length === 0 &&
            status().freshAt === undefined &&
            status().connection === 'offline'
          }
        >
          <EmptyState text={plansWords.waitsOffline} />
        </Match>
        <Match when={!data.plans.loaded() || (all().length === 0 && status().freshAt === undefined)}>
          <SkeletonRows waitsFor={plansWords.waits} />
        </Match>
        <Match when={all().length === 0}>
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
        <Match when={found().length === 0}>
          <EmptyState
            text={
              find() !== ''
                ? plansWords.noneFound(find())
                : search().folder !== undefined || author() !== undefined
                  ? plansWords.noneInFolder
                  : plansWords.noneUnder(plansWords.filter[filter()])
            }
          >
            <Button size="lg" onClick={clear}>
              {plansWords.clear}
            </Button>
          </EmptyState>
        </Match>
      </Switch>
      <Show when={dropping()}>
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
          void bring(event.currentTarget.files ?? [])
          event.currentTarget.value = ''
        }}
      />
      <MoveDialog plan={moving()} onClose={() => setMoving(undefined)} acts={acts} />
      <RemoveDialog
        plan={removing()}
        onClose={() => setRemoving(undefined)}
        onRemove={(plan) => void acts.remove(plan)}
      />
    </section>
  )
}

function planOf(entry: ListEntry): Plan | undefined {
  return entry.type === 'plan' ? entry.plan : undefined
}

function planIdOf(args: unknown): string | undefined {
  return typeof args === 'object' && args !== null && 'planId' in args && typeof args.planId === 'string'
    ? args.planId
    : undefined
}

/** Without what is not said, so that the address stays short. */
function without(search: PlansSearch): PlansSearch {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined))
}
