import { describe, expect, test } from 'vitest'
import { compileRule, ruleLimits } from './command-rules.ts'

function rule(source: string, use: 'allow' | 'deny' = 'allow') {
  const found = compileRule(source, use)
  if (!found.ok) throw new Error(found.error)
  return found.value
}

describe('a rule', () => {
  test('matches the whole text', () => {
    expect(rule('ls(\\s.*)?').test('ls -l')).toBe(true)
    expect(rule('ls(\\s.*)?').test('lsof')).toBe(false)
    expect(rule('a|b').test('ab')).toBe(false)
    expect(rule('which .*').test('x which y')).toBe(false)
  })

  test('crosses lines only to deny', () => {
    expect(rule('rm.*').test('rm a\nb')).toBe(false)
    expect(rule('rm.*', 'deny').test('rm a\nb')).toBe(true)
  })

  test.each([
    '(a+)+',
    '(a*)*b',
    '(a|aa)*',
    '((a+)b)+',
    '(?:x{2,}){3,}',
    '(a)\\1',
    '(?<=a)b',
    '(',
    '[',
    'a{2,1}',
    'x'.repeat(301),
  ])('is refused where it can take for ever, or is none: %s', (source) => {
    expect(compileRule(source, 'allow').ok).toBe(false)
  })

  test.each(['ls(\\s.*)?', 'npm (test|run (a|b))', '[(+*]+', '\\(a+\\)+', 'a{2,3}', '(?:git|hg) status.*'])(
    'is taken: %s',
    (source) => {
      expect(compileRule(source, 'allow').ok).toBe(true)
    },
  )

  test('that is slow all the same ends without an answer', () => {
    expect(rule('a*a*a*a*a*a*a*a*b').test('a'.repeat(4000))).toBe('unknown')
  })

  test.each(['(?:a?){80}a{80}', `${'a?'.repeat(60)}${'a'.repeat(60)}`])('%s ends too', (source) => {
    expect([false, true, 'unknown']).toContain(rule(source).test('a'.repeat(79)))
  })

  test('says nothing about text that is too long', () => {
    expect(rule('.*').test('a'.repeat(ruleLimits.text + 1))).toBe('unknown')
  })
})
