import { expect, test } from 'vitest'
import { ReviewCommentId } from '#shared/ids.ts'
import { counterparts, fileRows, knownLines, type FileRow, type RowsInput } from './file-rows.ts'
import { readPatch } from './read-patch.ts'

const patch = '@@ -5,3 +5,4 @@\n five\n-six\n+six!\n+more\n seven\n@@ -20,2 +21,1 @@\n-twenty\n twenty-one\n'
const text = Array.from({ length: 30 }, (_, index) => `line ${index + 1}`)

async function rowsOf(more: Partial<RowsInput> = {}): Promise<readonly FileRow[]> {
  const hunks = (await readPatch(patch, async () => {})) ?? []
  return fileRows({ hunks, split: false, text: undefined, canOpen: true, opened: [], after: () => [], ...more })
}
const told = (rows: readonly FileRow[]): string[] =>
  rows.map((row) => {
    if (row.kind === 'gap') return `gap ${row.gap.oldFrom}+${row.gap.count ?? '?'}`
    if (row.kind === 'line') return `${row.line.oldNumber ?? '-'}:${row.line.newNumber ?? '-'}`
    return row.kind === 'pair' ? `${row.left?.oldNumber ?? '-'}|${row.right?.newNumber ?? '-'}` : row.kind
  })

test('parts stand between the gaps that can be opened', async () => {
  expect(told(await rowsOf())).toEqual([
    'gap 1+4',
    'hunk',
    '5:5',
    '6:-',
    '-:6',
    '-:7',
    '7:8',
    'gap 8+12',
    'hunk',
    '20:-',
    '21:21',
    'gap 22+?',
  ])
})

test('with the text the gaps are as long as they are, and what was asked for is there', async () => {
  const rows = told(
    await rowsOf({
      text,
      opened: [
        { from: 8, to: 10 },
        { from: 25, to: 25 },
      ],
    }),
  )
  expect(rows.slice(0, 2)).toEqual(['gap 1+4', 'hunk'])
  expect(rows.slice(7, 12)).toEqual(['8:9', '9:10', '10:11', 'gap 11+9', 'hunk'])
  expect(rows.slice(-3)).toEqual(['gap 22+3', '25:25', 'gap 26+5'])
})

test('side by side, and what follows a line stands below it once', async () => {
  const draft = { id: ReviewCommentId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b35'), text: '' }
  const rows = await rowsOf({
    split: true,
    canOpen: false,
    after: (side, line) => (side === 'new' && line === 6 ? [draft] : []),
  })
  expect(told(rows)).toEqual(['hunk', '5|5', '6|6', 'form', '-|7', '7|8', 'hunk', '20|-', '21|21'])
  expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length)
})

test('lines of a side are known from the parts, and all of them with the text', async () => {
  const hunks = (await readPatch(patch, async () => {})) ?? []
  expect(knownLines(hunks, 'old', text).map(({ number }) => number)).toEqual([5, 6, 7, 20, 21])
  expect(knownLines(hunks, 'new', text)).toHaveLength(30)
})

test('words are compared where as many lines came as went', async () => {
  const [hunk] = (await readPatch('@@ -1,2 +1,2 @@\n-a\n-b\n+c\n+d\n', async () => {})) ?? []
  const pairs = [...counterparts(hunk?.lines ?? [])].map(([one, other]) => `${one.text}${other.text}`)
  expect(pairs.toSorted()).toEqual(['ac', 'bd', 'ca', 'db'])
})
