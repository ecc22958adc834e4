import { expect, test } from 'vitest'
import type { FileChange } from '#shared/domain/transcript.ts'
import { filesInOrder, treeRows } from './file-tree.ts'

const files = ['z.ts', 'src/app/deep/a.ts', 'src/app/deep/b.ts', 'src/app/c.ts', 'docs/x.md'].map(
  (path): FileChange => ({ path, status: 'modified', added: 1, removed: 0 }),
)
const told = (closed: readonly string[], find = ''): string[] =>
  treeRows(files, { closed: new Set(closed), find }).map(
    (row) => `${'  '.repeat(row.depth)}${row.name}${row.kind === 'folder' ? `/ ${row.files}` : ''}`,
  )

test('folders come first, and a chain without files of its own is one', () => {
  expect(told([])).toEqual(['docs/ 1', '  x.md', 'src/app/ 3', '  deep/ 2', '    a.ts', '    b.ts', '  c.ts', 'z.ts'])
})

test('a folded folder hides what is in it, unless something is looked for', () => {
  expect(told(['src/app/'])).toEqual(['docs/ 1', '  x.md', 'src/app/ 3', 'z.ts'])
  expect(told(['src/app/'], 'DEEP b')).toEqual(['src/app/deep/ 1', '  b.ts'])
})

test('the next file is the next one in the tree', () => {
  expect(filesInOrder(files).map(({ path }) => path)).toEqual([
    'docs/x.md',
    'src/app/deep/a.ts',
    'src/app/deep/b.ts',
    'src/app/c.ts',
    'z.ts',
  ])
})
