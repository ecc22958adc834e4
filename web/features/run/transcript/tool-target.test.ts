import { expect, test } from 'vitest'
import { boundedText } from '#shared/domain/bounded-text.ts'
import { opensByItself, toolTarget } from './tool-target.ts'
import type { EntryOf } from './entry-of.ts'

type Tool = EntryOf<'tool'>['body']
const tool = (over: Partial<Tool>): Tool => ({
  kind: 'tool',
  toolKind: 'other',
  title: 'Tool',
  status: 'completed',
  locations: [],
  startedAt: 0,
  ...over,
})

test.each([
  [tool({ toolKind: 'execute', title: '`npm test`' }), 'npm test', 'command'],
  [tool({ toolKind: 'execute', title: 'Run', command: 'make\nmake install' }), 'make ⏎ make install', 'command'],
  [tool({ toolKind: 'read', title: 'Read file', locations: [{ path: 'src/a.ts' }] }), 'src/a.ts', 'path'],
  [tool({ toolKind: 'read', title: 'Read src/b.ts' }), 'src/b.ts', 'path'],
  [tool({ toolKind: 'search', title: 'Search "files":' }), '"files":', 'words'],
  [tool({ toolKind: 'fetch', title: 'Fetch https://example.com' }), 'https://example.com', 'words'],
])('names what it acted on', (body, text, kind) => {
  expect(toolTarget(body)).toEqual({ text, kind })
})

test('what failed is never folded, what runs is open, short results only where there is room', () => {
  const short = boundedText('one\ntwo\n')
  const long = boundedText('line\n'.repeat(40))
  expect(opensByItself(tool({ toolKind: 'read', status: 'failed' }), false)).toBe(true)
  expect(opensByItself(tool({ toolKind: 'execute', status: 'in_progress' }), false)).toBe(true)
  expect(opensByItself(tool({ toolKind: 'execute', output: short }), true)).toBe(true)
  expect(opensByItself(tool({ toolKind: 'execute', output: short }), false)).toBe(false)
  expect(opensByItself(tool({ toolKind: 'execute', output: long }), true)).toBe(false)
  expect(opensByItself(tool({ toolKind: 'read', output: short }), true)).toBe(false)
})
