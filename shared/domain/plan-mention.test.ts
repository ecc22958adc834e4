import { expect, test } from 'vitest'
import { mentionAddress, mentionOf } from '#sync/core/plan/markdown/mention-address.ts'
import { PlanId } from '../ids.ts'
import { mentionedPlans, planMention } from './plan-mention.ts'
import { sentPlansLimit } from './sent-plan.ts'

const id = (n: number) => PlanId.parse(`01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b${String(n).padStart(2, '0')}`)

test('a mention is the link that plans have for it, and is found again with its title', () => {
  const plan = { id: id(1), title: 'Extract [billing] \\ now' }
  const text = planMention(plan)
  expect(text).toContain(`(${mentionAddress({ kind: 'plan', id: plan.id })})`)
  expect(mentionOf(`drover:plan/${plan.id}`)).toEqual({ kind: 'plan', id: plan.id })
  expect(mentionedPlans(`See ${text} and go.`)).toEqual([{ planId: plan.id, title: plan.title }])
})

test('each plan is found once, in the order of the text, up to a limit', () => {
  const plans = Array.from({ length: sentPlansLimit + 3 }, (_, n) => planMention({ id: id(n), title: `Plan ${n}` }))
  const found = mentionedPlans([plans[2], ...plans, plans[0]].join(' '))
  expect(found).toHaveLength(sentPlansLimit)
  expect(found.slice(0, 3).map(({ title }) => title)).toEqual(['Plan 2', 'Plan 0', 'Plan 1'])
})

test('what is no plan’s address is none', () => {
  for (const text of [
    '[a](drover:plan/not-an-id)',
    `[a](https://drover:plan/${id(1)})`,
    `[a](drover:run/${id(1)})`,
    `drover:plan/${id(1)}`,
    `[a\nb](drover:plan/${id(1)})`,
    '['.repeat(90_000),
    '[\\'.repeat(30_000),
  ])
    expect(mentionedPlans(text)).toEqual([])
})
