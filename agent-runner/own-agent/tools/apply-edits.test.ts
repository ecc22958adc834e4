import fc from 'fast-check'
import { expect, test } from 'vitest'
import { applyEdits } from './apply-edits.ts'

const text = 'one\n  two\nthree\ntwo\n'

test('edits apply in order, all or none', () => {
  expect(
    applyEdits(text, [
      { old: 'one', new: 'two' },
      { old: 'two\n  two', new: '$& 2' },
    ]),
  ).toEqual({
    ok: true,
    value: '$& 2\nthree\ntwo\n',
  })
  expect(
    applyEdits(text, [
      { old: 'one', new: '1' },
      { old: 'four', new: '4' },
    ]),
  ).toMatchObject({
    ok: false,
    error: expect.stringContaining('edit 2 was not found'),
  })
  expect(applyEdits(text, [{ old: 'two', new: '2', all: true }])).toMatchObject({ value: 'one\n  2\nthree\n2\n' })
})

test('what does not fit is told with what stands there', () => {
  const error = (old: string): string => {
    const done = applyEdits(text, [{ old, new: 'x' }])
    return done.ok ? '' : done.error
  }
  expect(error('two')).toContain('2 times')
  expect(error('one\ntwo')).toContain('Lines 1 to 2 differ from it only in white space:\none\n  two')
  expect(error('three\nfour')).toContain('Line 3 is its first line')
  expect(error('')).toContain('use write')
})

test('whatever the text, an edit of a part that stands there once gives exactly that', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (before, next, after) => {
      const marked = `${before}\u0001${after}`
      fc.pre(!marked.includes('\r') && next !== '\u0001' && !`${before}${after}`.includes('\u0001'))
      expect(applyEdits(marked, [{ old: '\u0001', new: next }])).toEqual({ ok: true, value: before + next + after })
    }),
  )
})
