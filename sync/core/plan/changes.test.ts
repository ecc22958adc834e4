import { expect, test } from 'vitest'
import { changesBetween, isSamePlan } from './changes.ts'

test('a tick is no change of a plan, a word is', () => {
  expect(isSamePlan('- [ ] Move\n  1. [x] Check\n', '- [x] Move\n  1. [ ] Check\n')).toBe(true)
  expect(isSamePlan('- [ ] Move\n', '- [ ] Move all\n')).toBe(false)
  expect(isSamePlan('a [x] b', 'a [ ] b')).toBe(false)
})

test('what has changed is told with what stands around it', () => {
  const before = ['# Plan', '', 'One', 'Two', 'Three', 'Four', ''].join('\n')
  expect(changesBetween(before, before.replace('Three', 'Third'))).toBe(
    '@@ -3,4 +3,4 @@\n One\n Two\n-Three\n+Third\n Four',
  )
})
