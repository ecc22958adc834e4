import { expect, test } from 'vitest'
import type { Plan, PlanText } from '#shared/domain/plan.ts'
import { PlanId, UserId, uuidv7 } from '#shared/ids.ts'
import { countPlans, findPlans, foldersOf, inOrder, isIn, listEntries, withOwnTitle, type Asked } from './list-model.ts'

const me = UserId.parse('me')
const other = UserId.parse('other')
let made = 0
function plan(title: string, more: Partial<Plan> = {}): Plan {
  const at = 1_760_000_000_000 + made
  return {
    id: PlanId.parse(uuidv7(made++, new Uint8Array(10))),
    title,
    folder: '',
    state: 'draft',
    createdBy: me,
    createdAt: at,
    updatedAt: at,
    updatedBy: { kind: 'person', userId: me },
    excerpt: '',
    words: 0,
    steps: { done: 0, total: 0 },
    version: 0,
    ...more,
  }
}
const all: Asked = { show: 'all', folder: undefined, by: undefined, find: '' }
const names = (plans: readonly Plan[]) => plans.map(({ title }) => title)
const noText = (): PlanText | undefined => undefined

test('the archive is only shown where it is asked for, whatever the filter', () => {
  const plans = [plan('here'), plan('away', { archivedAt: 1 }), plan('done', { state: 'done', createdBy: other })]
  const under = (show: Asked['show']) => names(findPlans(plans, { ...all, show }, me, noText))
  expect(under('all')).toEqual(['here', 'done'])
  expect(under('mine')).toEqual(['here'])
  expect(under('done')).toEqual(['done'])
  expect(under('archived')).toEqual(['away'])
  expect(countPlans(plans, me)).toMatchObject({ all: 2, mine: 1, draft: 1, done: 1, archived: 1 })
})

test('a folder holds what is in the folders within, and not its namesakes', () => {
  expect(isIn('billing/events', 'billing')).toBe(true)
  expect(isIn('billing-old', 'billing')).toBe(false)
  expect(isIn('', '')).toBe(true)
  expect(isIn('billing', '')).toBe(false)
  expect(
    foldersOf([plan('a', { folder: 'b/c/d' }), plan('b', { folder: 'a 10' }), plan('c', { folder: 'a 9' })]),
  ).toEqual(['a 9', 'a 10', 'b', 'b/c', 'b/c/d'])
})

test('words are found across title and text, each in one of them', () => {
  const one = plan('Extract billing')
  const text = { planId: one.id, markdown: 'Behind a **flag**', whole: true }
  const found = (find: string) => findPlans([one], { ...all, find }, me, () => text).length
  expect(found('BILLING flag')).toBe(1)
  expect(found('flag behind')).toBe(1)
  expect(found('billing zebra')).toBe(0)
})

test('orders by change, by making, and by title as people count', () => {
  const [a, b, c] = [plan('Phase 10', { updatedAt: 1 }), plan('phase 9', { updatedAt: 3 }), plan('', { updatedAt: 2 })]
  expect(names(inOrder([a, b, c], 'changed'))).toEqual(['phase 9', '', 'Phase 10'])
  expect(names(inOrder([a, b, c], 'made'))).toEqual(['', 'phase 9', 'Phase 10'])
  expect(names(inOrder([a, b, c], 'title'))).toEqual(['phase 9', 'Phase 10', ''])
})

test('stands under the days of what it is ordered by', () => {
  const day = 24 * 60 * 60_000
  const now = new Date(2026, 10, 26, 12).getTime()
  const plans = [
    plan('now', { updatedAt: now, createdAt: now - 2 * day }),
    plan('before', { updatedAt: now - day, createdAt: now }),
  ]
  const shape = (sort: 'changed' | 'made' | 'title') =>
    listEntries(inOrder(plans, sort), sort, now).map((entry) =>
      entry.type === 'group' ? `# ${entry.label}` : entry.plan.title,
    )
  expect(shape('changed')).toEqual(['# Today', 'now', '# Yesterday', 'before'])
  expect(shape('made')).toEqual(['# Today', 'before', '# Tuesday 24 November', 'now'])
  expect(shape('title')).toEqual(['before', 'now'])
})

test('a plan is called as this device wrote it until the server has read that', () => {
  const named = plan('Before')
  expect(withOwnTitle(plan(''), { title: 'Made here', unstored: false }).title).toBe('Made here')
  expect(withOwnTitle(named, { title: 'Renamed here', unstored: true }).title).toBe('Renamed here')
  // What others have renamed since is newer than a copy that has nothing of its own.
  expect(withOwnTitle(named, { title: 'Of last week', unstored: false })).toBe(named)
  expect(withOwnTitle(named, undefined)).toBe(named)
})
