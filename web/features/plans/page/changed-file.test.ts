import { expect, test } from 'vitest'
import { changedFile } from './changed-file.ts'

const files = ['packages/billing/src/app.ts', 'src/app.ts', 'docs/a/b.md'].map((path) => ({ path }))

test.each([
  ['src/app.ts', 'src/app.ts'],
  ['./src/app.ts:12', 'src/app.ts'],
  ['src/app.ts:12-20', 'src/app.ts'],
  ['billing/src/app.ts', 'packages/billing/src/app.ts'],
  ['docs/', 'docs/a/b.md'],
  ['docs/a', 'docs/a/b.md'],
  ['rc/app.ts', undefined],
  ['doc', undefined],
  ['./', undefined],
])('%s means %s', (mentioned, found) => {
  expect(changedFile(files, mentioned)).toBe(found)
})
