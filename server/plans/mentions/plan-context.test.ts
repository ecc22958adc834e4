import { expect, test } from 'vitest'
import { PlanId, PlanVersionId } from '#shared/ids.ts'
import { fitPlans, planContext, planContextLimit, type PlanForMessage } from './plan-context.ts'

const planId = PlanId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b31')
const version = { n: 3, id: PlanVersionId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b32'), at: 1 }
const plan = (title: string, markdown: string): PlanForMessage => ({ plan: { planId, title, version }, markdown })

test('plans share the room of a message in their order, and one that is cut says so', () => {
  const fitted = fitPlans([plan('One', 'a'.repeat(60_000)), plan('Two', '🙂'.repeat(30_000)), plan('Three', 'c')])
  expect(fitted.map((one) => ('markdown' in one ? one.markdown.length : 0))).toEqual([60_000, 40_000, 0])
  expect(fitted.map((one) => one.plan.cut)).toEqual([undefined, true, true])
  const text = planContext(fitted)
  expect(text.length).toBeLessThan(planContextLimit + 2_000)
  expect(text.match(/there was no room for more/g)).toHaveLength(2)
})

test('a plan that does not go along is named with the reason', () => {
  const text = planContext([
    { plan: { planId, title: 'Gone' }, why: 'gone' },
    { plan: { planId, title: 'Secret' }, why: 'not_allowed' },
  ])
  expect(text).toContain('“Gone” is not here. It was deleted')
  expect(text).toContain('“Secret” is not here. Who wrote this message may not read it.')
})
