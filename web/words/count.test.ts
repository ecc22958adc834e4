import { expect, test } from 'vitest'
import { bytes } from './count.ts'

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 KB'],
  [64_400, '64 KB'],
  [2_100_000_000, '2.1 GB'],
  [3e15, '3000 TB'],
])('%d bytes are %s', (of, words) => expect(bytes(of)).toBe(words))
