import { expect, test } from 'vitest'
import { UserId } from '../ids.ts'
import { levelOf, limitOf, noBudgets, spentMonth, withLimit } from './budget.ts'

const [mara, jonas] = [UserId.parse('mara'), UserId.parse('jonas')]
const by = { by: mara, at: 1 }

test('a limit is near from four fifths of it, and spent from the whole', () => {
  expect([0, 3.99, 4, 4.99, 5, 6].map((usd) => levelOf(usd, 5))).toEqual([
    'within',
    'within',
    'near',
    'near',
    'spent',
    'spent',
  ])
  expect(levelOf(1e6, undefined)).toBe('within')
})

test('a person’s own limit comes before everybody’s, and both can be taken away', () => {
  const everybody = withLimit(noBudgets, { kind: 'person' }, 10, by)
  const own = withLimit(everybody, { kind: 'person', userId: jonas }, 50, by)
  const of = (budgets: typeof own, userId: UserId) => limitOf(budgets, { kind: 'person', userId })
  expect([of(own, mara), of(own, jonas)]).toEqual([10, 50])
  expect(of(withLimit(own, { kind: 'person', userId: jonas }, undefined, by), jonas)).toBe(10)
  expect(withLimit(everybody, { kind: 'person' }, undefined, by)).toEqual({
    changes: [
      { scope: { kind: 'person' }, ...by },
      { scope: { kind: 'person' }, usd: 10, ...by },
    ],
  })
})

test('the team’s month holds up everybody, a person’s only them', () => {
  const month = { usd: 60, people: [{ userId: jonas, usd: 20 }] }
  const person = withLimit(noBudgets, { kind: 'person' }, 20, by)
  expect(spentMonth(person, month, jonas)).toEqual({ scope: 'person', usd: 20, limitUsd: 20 })
  expect(spentMonth(person, month, mara)).toBeUndefined()
  expect(spentMonth(withLimit(person, { kind: 'month' }, 60, by), month, mara)).toMatchObject({ scope: 'team' })
})
