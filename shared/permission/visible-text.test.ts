import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hasHiddenText, hasLookalikes, visibleText } from './visible-text.ts'

describe('visible text', () => {
  test.each<[string, string]>([
    ['rm \u202etxt.x', 'rm ⟨U+202E⟩txt.x'],
    ['a\u200bb\u2066c\u2069', 'a⟨U+200B⟩b⟨U+2066⟩c⟨U+2069⟩'],
    ['a\0b\x1b[2Kc\x07\x7f\x9b', 'a⟨U+0000⟩b⟨U+001B⟩[2Kc⟨U+0007⟩⟨U+007F⟩⟨U+009B⟩'],
    ['a\r\nb', 'a⟨U+000D⟩\nb'],
    ['a\u00a0b\u3000c\u2028d', 'a⟨U+00A0⟩b⟨U+3000⟩c⟨U+2028⟩d'],
    ['\u{e0041}\ufe0f\u00ad\ufeff', '⟨U+E0041⟩⟨U+FE0F⟩⟨U+00AD⟩⟨U+FEFF⟩'],
    ['\u3164x\u115f', '⟨U+3164⟩x⟨U+115F⟩'],
    ['\ud800', '⟨U+FFFD⟩'],
    ['tab\tnewline\n ä 日本 ünïcode ✓', 'tab\tnewline\n ä 日本 ünïcode ✓'],
  ])('%j', (text, shown) => {
    expect(visibleText(text)).toBe(shown)
    expect(hasHiddenText(text)).toBe(text !== shown)
  })

  test('shown once, it holds nothing hidden', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(hasHiddenText(visibleText(text))).toBe(false)
      }),
    )
  }, 60_000)

  test('letters of other scripts in a program name are noticed', () => {
    expect(hasLookalikes('сat')).toBe(true)
    expect(hasLookalikes('cat')).toBe(false)
  })
})
