import { describe, expect, test } from 'vitest'
import { rowsOf } from './line-room.ts'

describe('rows of a line', () => {
  test.each([
    ['', 10, 1],
    ['0123456789', 10, 1],
    ['01234567890', 10, 2],
    ['one two three', 10, 2],
    ['one two three', 5, 3],
    ['const value = compute(1)', 12, 2],
    ['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 10, 3],
    ['a aaaaaaaaaaaaaaaaaaaa', 10, 3],
    ['ten letter          ', 10, 1],
    ['\tindented', 10, 2],
    ['src/one/two', 8, 2],
    ['anything', 0, 1],
  ])('%j in %i columns are %i', (text, columns, rows) => {
    expect(rowsOf(text, columns)).toBe(rows)
  })
})
