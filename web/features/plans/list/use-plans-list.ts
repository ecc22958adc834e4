import { useNavigate } from '@tanstack/solid-router'
import { createMemo, type Accessor } from 'solid-js'
import type { Plan } from '#shared/domain/plan.ts'
import { countReviews, PlanReview, type ReviewCounts } from '#shared/domain/plan-review.ts'
import type { PlanId, UserId } from '#shared/ids.ts'
import type { ParticipantsOfPlan } from '#sync/client/plans/participant-board.ts'
import { keys } from '#sync/core/keys.ts'
import { useNow } from '../../../state/clock.ts'
import { usePlanCopies } from '../../../state/plan-copies.ts'
import { usePlanParticipants } from '../../../state/plan-participants.ts'
import { createFedRows } from '../../../state/rows.ts'
import type { PlanFilter, PlanSort, PlansSearch } from '../../../state/plans-search.ts'
import { usePending } from '../../../state/sync-status.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { createTyped } from '../../../state/typed.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { createHeldOrder, type HeldOrder } from '../../../ui/held-order.ts'
import { startOfDay } from '../../../words/time.ts'
import { countPlans, findPlans, foldersOf, inOrder, listEntries, withOwnTitle, type ListEntry } from './list-model.ts'
import { usePlanTexts } from './plan-texts.ts'

/** What the plans page shows of all plans: by the address, and by what is being typed. */
export type PlansList = {
  readonly all: Accessor<readonly Plan[]>
  readonly found: Accessor<readonly Plan[]>
  readonly held: HeldOrder<ListEntry>
  /** Another one starts at the top. */
  readonly basis: Accessor<string>
  readonly counts: Accessor<Readonly<Record<PlanFilter, number>>>
  readonly folders: Accessor<readonly string[]>
  readonly authors: Accessor<readonly UserId[]>
  readonly filter: Accessor<PlanFilter>
  readonly sort: Accessor<PlanSort>
  readonly folder: Accessor<string | undefined>
  readonly author: Accessor<UserId | undefined>
  readonly find: Accessor<string>
  readonly setFind: (text: string) => void
  readonly show: (change: PlansSearch) => void
  readonly showAll: () => void
  /** What people think of a plan; absent where nobody said anything. */
  readonly reviewsOf: (id: PlanId) => ReviewCounts | undefined
  /** Whether the server lacks something of it that this device has. */
  readonly isLocal: (id: PlanId) => boolean
  readonly participantsOf: (id: PlanId) => ParticipantsOfPlan | undefined
}

/** Needs an owner. */
export function usePlansList(search: Accessor<PlansSearch>): PlansList {
  const workspace = useWorkspace()
  const data = useTeamData()
  const pending = usePending()
  const copies = usePlanCopies()
  const participants = usePlanParticipants()
  const now = useNow()
  const navigate = useNavigate()

  const filter = (): PlanFilter => search().show ?? 'all'
  const sort = (): PlanSort => search().sort ?? 'changed'
  const folder = () => search().folder
  const author = () => authors().find((id) => id === search().by)
  const show = (change: PlansSearch) =>
    void navigate({ to: '/plans', search: said({ ...search(), ...change }), replace: true })
  // What is typed is searched at once; the address follows when the typing rests.
  const typed = createTyped(
    () => search().find ?? '',
    (text) => show({ find: text === '' ? undefined : text }),
  )
  const find = typed.text

  const today = createMemo(() => startOfDay(now()))
  const all = createMemo(() => data.plans.all().map((plan) => withOwnTitle(plan, copies().get(plan.id))))
  const authors = createMemo(() => [...new Set(all().map((plan) => plan.createdBy))])
  const texts = usePlanTexts(() => find() !== '')
  const ordered = createMemo(() => inOrder(all(), sort()))
  const found = createMemo(() => {
    const asked = { show: filter(), folder: folder(), by: author(), find: find() }
    return findPlans(ordered(), asked, workspace.userId, (id) => texts.get(id))
  })
  const reviews = createFedRows(workspace, keys.planReviews, PlanReview)
  const counted = createMemo(
    () =>
      new Map(
        [...Map.groupBy(reviews.all(), ({ planId }) => planId)].map(([id, rows]) => [id, countReviews(rows)] as const),
      ),
  )
  const basis = createMemo(() => [filter(), sort(), folder() ?? '*', author() ?? '*', find()].join(' '))
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
  const local = createMemo(
    () =>
      new Set<string>([
        ...pending().flatMap(({ name, args }) => (name === 'createPlan' ? (planIdOf(args) ?? []) : [])),
        ...[...copies().values()].flatMap(({ planId, unstored }) => (unstored ? planId : [])),
      ]),
  )
  return {
    all,
    found,
    held,
    basis,
    counts: createMemo(() => countPlans(all(), workspace.userId)),
    folders: createMemo(() => foldersOf(all())),
    authors,
    filter,
    sort,
    folder,
    author,
    find,
    setFind: typed.set,
    show,
    reviewsOf: (id) => counted().get(id),
    showAll() {
      typed.set('')
      void navigate({ to: '/plans', search: {}, replace: true })
    },
    isLocal: (id) => local().has(id),
    participantsOf: (id) => participants().get(id),
  }
}

function planIdOf(args: unknown): string | undefined {
  return typeof args === 'object' && args !== null && 'planId' in args && typeof args.planId === 'string'
    ? args.planId
    : undefined
}

/** Without what is not said, so that the address stays short. */
function said(search: PlansSearch): PlansSearch {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined))
}
