import { describe, expect, test } from 'vitest'
import { boundedText, emptyText } from '#shared/domain/bounded-text.ts'
import { TranscriptEntry, type EntryBody } from '#shared/domain/transcript.ts'
import { PermissionId } from '#shared/ids.ts'
import { finishedSentences, rowIndexOf, toRows } from './rows.ts'

const entry = (n: number, body: EntryBody, turn = 1): TranscriptEntry =>
  TranscriptEntry.parse({ id: `e${n}`, n, at: n, turn, body })
const message = (n: number): TranscriptEntry => entry(n, { kind: 'message', text: boundedText('hello'), done: true })
const tool = (n: number): TranscriptEntry =>
  entry(n, { kind: 'tool', toolKind: 'read', title: 'Read', status: 'completed', locations: [], startedAt: 1 })
const step = (n: number, turn = 1): TranscriptEntry =>
  entry(n, { kind: 'step', title: 'Clone', status: 'completed', output: emptyText, startedAt: 1 }, turn)
const permissionId = PermissionId.parse('01890000-0000-7000-8000-000000000001')

describe('rows', () => {
  test('steps that follow each other are one set-up; another turn begins another', () => {
    const rows = toRows([step(1), step(2), message(3), step(4, 2), step(5, 2)])
    expect(rows.map((row) => [row.kind, row.first, row.last])).toEqual([
      ['setup', 1, 2],
      ['entry', 3, 3],
      ['setup', 4, 5],
    ])
  })

  test('lines stand close together, everything else apart', () => {
    expect(toRows([message(1), tool(2), tool(3), message(4), tool(5)]).map((row) => row.gap)).toEqual([
      'block',
      'block',
      'line',
      'block',
      'block',
    ])
  })

  test('states that other rows show and open questions are left out; ends stay', () => {
    const rows = toRows([
      entry(1, { kind: 'state', state: 'INPROGRESS' }),
      entry(2, { kind: 'permission', permissionId, title: 'May I', line: 'ls' }),
      entry(3, { kind: 'permission', permissionId, title: 'May I', line: 'ls', outcome: { kind: 'lapsed', at: 1 } }),
      entry(4, { kind: 'state', state: 'SUCCEEDED' }),
    ])
    expect(rows.map((row) => row.first)).toEqual([3, 4])
  })

  test('what was allowed stands above the output that it allowed, and links still find both', () => {
    const call = entry(1, {
      kind: 'tool',
      toolKind: 'execute',
      title: 'Run',
      command: 'ls\npwd',
      status: 'completed',
      locations: [],
      startedAt: 1,
    })
    const allowed = entry(2, {
      kind: 'permission',
      permissionId,
      title: 'Run',
      line: 'ls ⏎ pwd',
      outcome: { kind: 'answered', answer: { kind: 'allow_once' }, at: 1 },
    })
    const rows = toRows([call, allowed, message(3)])
    expect(rows.map((row) => row.first)).toEqual([2, 1, 3])
    expect([1, 2, 3].map((n) => rows[rowIndexOf(rows, n)]?.first)).toEqual([1, 2, 3])
    expect(toRows([tool(1), allowed]).map((row) => row.first)).toEqual([1, 2])
  })

  test('only rows whose entries changed are new objects', () => {
    const [one, two] = [message(1), message(2)]
    const before = toRows([one, two])
    const after = toRows([one, message(2), message(3)], before)
    expect(after[0]).toBe(before[0])
    expect(after[1]).not.toBe(before[1])
  })

  test('a short edit and the short command after it stand side by side, where there is room', () => {
    const patch = '@@ -1 +1 @@\n-a\n+b\n'
    const edit = entry(1, {
      kind: 'tool',
      toolKind: 'edit',
      title: 'Edit',
      status: 'completed',
      locations: [],
      changes: [{ path: 'a', status: 'modified', added: 1, removed: 1, patch }],
      startedAt: 1,
    })
    const ran = (status: 'completed' | 'failed') =>
      entry(2, {
        kind: 'tool',
        toolKind: 'execute',
        title: 'make',
        status,
        locations: [],
        output: boundedText('ok'),
        startedAt: 1,
      })
    expect(toRows([edit, ran('completed')], [], true).map((row) => [row.kind, row.first, row.last])).toEqual([
      ['pair', 1, 2],
    ])
    expect(toRows([edit, ran('completed')], [], false)).toHaveLength(2)
    expect(toRows([edit, ran('failed')], [], true)).toHaveLength(2)
  })

  test('a link names the row that shows the entry, or the next one where it is left out', () => {
    const rows = toRows([step(1), step(2), entry(3, { kind: 'state', state: 'INPROGRESS' }), message(4)])
    expect([1, 2, 3, 4, 99].map((n) => rowIndexOf(rows, n))).toEqual([0, 0, 1, 1, 1])
  })
})

describe('announcing text that streams', () => {
  test('whole sentences are told once, half ones wait', () => {
    expect(finishedSentences('It works. Now the', 0)).toEqual({ text: 'It works.', to: 9 })
    expect(finishedSentences('It works. Now the tests.\n', 9)).toEqual({ text: 'Now the tests.', to: 25 })
    expect(finishedSentences('version 1.2', 0)).toEqual({ text: '', to: 0 })
  })
})
