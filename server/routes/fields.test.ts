import { expect, test } from 'vitest'
import { NameField } from './fields.ts'

test.each(['Mara Lindqvist', 'مارا', 'می‌خواهم', '李', '👩‍💻', '007', '  trimmed '])('a name may be %j', (name) => {
  expect(NameField.safeParse(name).data).toBe(name.trim())
})

test.each([
  ['NUL', 'Ma\u0000ra'],
  ['a line break', 'Mara\nand everybody'],
  ['a right-to-left override', 'Mara \u202Eyna\u202C'],
  ['an isolate that stays open', 'Mara\u2067'],
  ['half a surrogate pair', 'Mara \uD83D'],
  ['zero-width characters alone', '\u200B\u200D\uFEFF'],
  ['a Hangul filler alone', '\u3164'],
  ['a Braille blank alone', '\u2800'],
  ['a mark without a letter', '\u0301'],
])('a name is refused with %s', (_what, name) => {
  expect(NameField.safeParse(name).error?.issues[0]?.message).toMatch(/^A name/)
})
