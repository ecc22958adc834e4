import type { Plan, PlanText } from '#shared/domain/plan.ts'
import type { PlanId, UserId } from '#shared/ids.ts'
import type { PlanCopy } from '#sync/client/plans/plan-document.ts'
import { holdsAll, planBody, planText, toWords } from '../../../state/find.ts'
import type { PlanFilter, PlanSort } from '../../../state/plans-search.ts'
import { plansWords } from '../../../words/plans.ts'
import { dayWords, startOfDay } from '../../../words/time.ts'

/** What stands in the list: a heading, or a plan. */
export type ListEntry =
  | { readonly type: 'group'; readonly key: string; readonly label: string; readonly count: number | undefined }
  | { readonly type: 'plan'; readonly key: PlanId; readonly plan: Plan }

/** What is asked of the list. */
export type Asked = {
  readonly show: PlanFilter
  /** This folder and those in it; `undefined`: all. */
  readonly folder: string | undefined
  readonly by: UserId | undefined
  readonly find: string
}

/** What a plan is called, also while it has no title. */
export function titleOf(plan: Pick<Plan, 'title'>): string {
  return plan.title === '' ? plansWords.untitled : plan.title
}

/** Rows follow a text once the server has read it. What this device has written since, or made by itself, is called as it is here. */
export function withOwnTitle(plan: Plan, copy: Pick<PlanCopy, 'title' | 'unstored'> | undefined): Plan {
  if (copy === undefined || copy.title === '' || copy.title === plan.title) return plan
  return plan.title === '' || copy.unstored ? { ...plan, title: copy.title } : plan
}

/** Plans that have every word of `find` in title, folder or text. The archive is apart: only its own filter shows it. */
export function findPlans(
  plans: readonly Plan[],
  asked: Asked,
  me: UserId,
  textOf: (id: PlanId) => PlanText | undefined,
): readonly Plan[] {
  const words = toWords(asked.find)
  return plans.filter(
    (plan) =>
      isUnder(plan, asked.show, me) &&
      (asked.folder === undefined || isIn(plan.folder, asked.folder)) &&
      (asked.by === undefined || plan.createdBy === asked.by) &&
      holdsWords(plan, words, textOf),
  )
}

export function countPlans(plans: readonly Plan[], me: UserId): Readonly<Record<PlanFilter, number>> {
  const counts = { all: 0, mine: 0, draft: 0, in_review: 0, approved: 0, executing: 0, done: 0, archived: 0 }
  for (const plan of plans) {
    if (plan.archivedAt !== undefined) {
      counts.archived++
      continue
    }
    counts.all++
    counts[plan.state]++
    if (plan.createdBy === me) counts.mine++
  }
  return counts
}

export function isUnder(plan: Plan, filter: PlanFilter, me: UserId): boolean {
  if (filter === 'archived') return plan.archivedAt !== undefined
  if (plan.archivedAt !== undefined) return false
  if (filter === 'all') return true
  return filter === 'mine' ? plan.createdBy === me : plan.state === filter
}

/** Whether `folder` is `outer` or lies in it. */
export function isIn(folder: string, outer: string): boolean {
  return folder === outer || (outer !== '' && folder.startsWith(`${outer}/`))
}

/** Every folder that has plans, and those around them, in order. */
export function foldersOf(plans: readonly Plan[]): readonly string[] {
  const all = new Set<string>()
  for (const { folder } of plans) {
    const names = folder.split('/')
    for (let depth = 1; depth <= names.length; depth++) all.add(names.slice(0, depth).join('/'))
  }
  all.delete('')
  return [...all].sort(byName)
}

export function inOrder(plans: readonly Plan[], sort: PlanSort): readonly Plan[] {
  switch (sort) {
    case 'changed':
      return plans.toSorted((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? 1 : -1))
    case 'made':
      return plans.toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
    case 'title':
      return plans.toSorted((a, b) => byName(titleOf(a), titleOf(b)) || (a.id < b.id ? -1 : 1))
  }
}

/** Plans that are `inOrder`, under the days of what they are ordered by; by title they need no headings. `today`: any moment of it. */
export function listEntries(plans: readonly Plan[], sort: PlanSort, today: number): readonly ListEntry[] {
  const rows = (some: readonly Plan[]) => some.map((plan): ListEntry => ({ type: 'plan', key: plan.id, plan }))
  if (sort === 'title') return rows(plans)
  const days = Map.groupBy(plans, (plan) => startOfDay(sort === 'made' ? plan.createdAt : plan.updatedAt))
  return [...days].flatMap(([day, members]) => [
    { type: 'group', key: `group/${day}`, label: dayWords(day, today), count: undefined } satisfies ListEntry,
    ...rows(members),
  ])
}

/** The title, the folder and the first words mostly tell; the text is read where they don't. */
function holdsWords(plan: Plan, words: readonly string[], textOf: (id: PlanId) => PlanText | undefined): boolean {
  const short = planText(plan)
  if (holdsAll(short, words)) return true
  const text = textOf(plan.id)
  if (text === undefined) return false
  const body = planBody(text)
  return words.every((word) => short.includes(word) || body.includes(word))
}

const names = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

function byName(a: string, b: string): number {
  return names.compare(a, b)
}
