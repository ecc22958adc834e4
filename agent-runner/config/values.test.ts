import { expect, test } from 'vitest'
import { parseDuration, parseSize } from './values.ts'

test('times and sizes as the tools of this field write them', () => {
  const times = ['45m', '1h30m', '0s', '0', '1.5s', '250ms', '', '5', 'm', '5m x', '-1s']
  expect(times.map(parseDuration)).toEqual([
    2_700_000,
    5_400_000,
    0,
    0,
    1500,
    250,
    ...Array.from({ length: 5 }, () => undefined),
  ])
  const sizes = ['512m', '4g', '10Gi', '1GB', '1024', '0', '1.5k', '', 'g', '4 gigs', '-1']
  expect(sizes.map(parseSize)).toEqual([
    512 * 1024 ** 2,
    4 * 1024 ** 3,
    10 * 1024 ** 3,
    1024 ** 3,
    1024,
    0,
    1536,
    ...Array.from({ length: 4 }, () => undefined),
  ])
})
