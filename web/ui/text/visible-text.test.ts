import { expect, test } from 'vitest'
import { visiblePieces, visibleText } from './visible-text.ts'

test.each([
  ['rm -rf build && ls', 'rm -rf build && ls'],
  ['echo \u202e hidden', 'echo ⟨U+202E⟩ hidden'],
  ['a\u200bb\u2066c\ufeff', 'a⟨U+200B⟩b⟨U+2066⟩c⟨U+FEFF⟩'],
  ['\u001b[2K\rls', '⟨ESC⟩[2K⟨CR⟩ls'],
  ['rm\u00a0-rf', 'rm⟨U+00A0⟩-rf'],
  ['tab\tand\nline', 'tab\tand\nline'],
  ['\u{e0041}x', '⟨U+E0041⟩x'],
  ['שלום مرحبا 日本 😀', 'שלום مرحبا 日本 😀'],
])('%j is shown as %j', (input, expected) => {
  expect(visibleText(input)).toBe(expected)
})

test('what stands for something unseen is marked, so that it can be told from the same characters typed', () => {
  expect(visiblePieces('a\u202eb')).toEqual([
    { text: 'a', mark: false },
    { text: '⟨U+202E⟩', mark: true },
    { text: 'b', mark: false },
  ])
})
