import { expect, test } from 'vitest'
import { exactMoney } from './money.ts'
import { tokenWords } from './usage.ts'

test('amounts keep what tells something of them', () => {
  expect([0, 0.0042, 0.05, 0.84, 5, 1204.5].map(exactMoney)).toEqual([
    '$0',
    '$0.0042',
    '$0.05',
    '$0.84',
    '$5.00',
    '$1,204.50',
  ])
})

test('tokens are told with one decimal', () => {
  expect([0, 999, 1000, 12_440, 999_499, 1_200_000, 99_960_000, 3e9].map(tokenWords)).toEqual([
    '0',
    '999',
    '1.0 k',
    '12.4 k',
    '999 k',
    '1.2 M',
    '100 M',
    '3.0 B',
  ])
})
