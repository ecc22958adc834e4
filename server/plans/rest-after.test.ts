import { expect, test } from 'vitest'
import { restAfter } from './rest-after.ts'

test('a plan rests twenty times as long as its reading took, and never so long that its rows are seconds behind', () => {
  expect(restAfter(30, 3_000)).toBe(600)
  // The thread was started for it, on a busy machine.
  expect(restAfter(2_500, 3_000)).toBe(3_000)
})
