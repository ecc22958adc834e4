import { describe, expect, test } from 'vitest'
import { comparePlans } from '#sync/core/plan/compare.ts'
import { parsePlan } from '#sync/core/plan/markdown.ts'
import { toRows } from './compare-rows.ts'

const blocks = (count: number): string[] => Array.from({ length: count }, (_, n) => `block ${n}`)
const rowsOf = (before: string[], after: string[], open: number[] = []) =>
  toRows(comparePlans(parsePlan(before.join('\n\n')), parsePlan(after.join('\n\n'))).changes, new Set(open)).map(
    (row) =>
      row.kind === 'folded' ? `… ${row.count}` : `${row.kind} ${'after' in row.change ? row.change.after.text : ''}`,
  )

describe('the rows of a comparison', () => {
  test('fold what is alike away, with a block around each change', () => {
    expect(rowsOf(blocks(9), blocks(9).with(4, 'block 4 changed'))).toEqual([
      '… 3',
      'same block 3',
      'change block 4 changed',
      'same block 5',
      '… 3',
    ])
  })

  test('show one alone, and what was opened', () => {
    expect(rowsOf(blocks(3), blocks(3).with(2, 'block 2 changed'))).toEqual([
      'same block 0',
      'same block 1',
      'change block 2 changed',
    ])
    expect(rowsOf(blocks(4), blocks(4).with(3, 'block 3 changed'), [0])).toHaveLength(4)
  })
})
