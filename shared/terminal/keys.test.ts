import fc from 'fast-check'
import { expect, test } from 'vitest'
import { namedKeys, shownKeys, withAlt, withCtrl } from './keys.ts'

const point = fc.oneof(fc.integer({ min: 0, max: 0x2fff }), fc.integer({ min: 0xe000, max: 0x10ffff }))
const text = fc.array(point, { maxLength: 8 }).map((points) => String.fromCodePoint(...points))

test('a question shows exactly what is typed', () => {
  expect(shownKeys(`yes${namedKeys.Enter}`)).toBe('yes‹Enter›')
  expect(shownKeys(`${namedKeys.Up}${namedKeys.Delete}\u0003\u001b`)).toBe('‹Up›‹Delete›‹Ctrl+C›‹Escape›')
  expect(shownKeys('rm -rf \u202e/')).toBe('rm -rf ‹U+202E›/')
  expect(shownKeys('‹Enter›')).toBe('‹U+2039›Enter‹U+203A›')
})

test('nothing of it can act on what shows it, and other keys look different', () => {
  fc.assert(
    fc.property(text, text, (one, other) => {
      const shown = shownKeys(one)
      expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
      if (one !== other) expect(shownKeys(other)).not.toBe(shown)
    }),
  )
})

test('Ctrl and Alt are what terminals send for them', () => {
  expect([withCtrl('c'), withCtrl('C'), withCtrl('['), withCtrl('ä'), withCtrl('ab')]).toEqual([
    '\u0003',
    '\u0003',
    '\u001b',
    undefined,
    undefined,
  ])
  expect(withAlt('b')).toBe('\u001bb')
})
