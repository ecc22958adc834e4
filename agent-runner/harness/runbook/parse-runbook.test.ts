import { expect, test } from 'vitest'
import { parseRunbook } from './parse-runbook.ts'

const steps = (markdown: string) => parseRunbook(markdown).steps.map(({ title, code }) => [title, code])

test('a block in a box of a check list is that step', () => {
  const plan = [
    '## Phase 1',
    '',
    '- [ ] Move the **models**',
    '',
    '  ```sh',
    '  git mv a b',
    '  ```',
    '- [ ] Check them, of:',
    '  - [ ] types',
    '    ```sh',
    '    tsc',
    '    ```',
    '',
    'Then all of it:',
    '',
    '```sh',
    'make',
    '```',
  ].join('\n')
  expect(steps(plan)).toEqual([
    ['Move the models', 'git mv a b'],
    ['types', 'tsc'],
    ['Phase 1', 'make'],
  ])
})

test('what is ticked is done, and is told as it stands', () => {
  const plan = '- [x] Move\n\n  ```sh\n  git mv a b\n  ```\n- [ ] Check\n\n  ```sh\n  tsc\n  ```\n'
  expect(steps(plan)).toEqual([['Check', 'tsc']])
  expect(parseRunbook(plan).steps[0]?.prose).toContain('git mv a b')
})

test('a block after a list is not in it', () => {
  expect(steps('- [x] Move\n\n```sh\ntsc\n```\n')).toHaveLength(1)
})
