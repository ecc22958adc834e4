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
    ['(a)\\1', 'back reference'],
    ['(?<=a)b', 'looks ahead'],
    ['(?!a)b', 'looks ahead'],
    ['(', 'no regular'],
    ['[', 'no regular'],
    ['a{2,1}', 'no regular'],
    ['a{1001}', '1,000'],
    ['((a{100}){100}){100}', 'no regular'],
    ['a\nb', 'line break'],
    ['', 'empty'],
    ['x'.repeat(301), 'longer'],
  ])('is refused with the reason: %s', (source, why) => {
    const found = compileRule(source, 'allow')
    expect(found.ok ? '' : found.error).toContain(why)
  })

  test.each(['ls(\\s.*)?', 'npm (test|run (a|b))', '[(+*]+', '\\(a+\\)+', 'a{2,3}', '(?:git|hg) status.*', '(a+)+'])(
    'is taken: %s',
    (source) => {
      expect(compileRule(source, 'allow').ok).toBe(true)
    },
  )

  test.each(['(a+)+b', '(a|aa)*b', '(?:x?){80}x{80}b', 'a*a*a*a*a*a*a*a*b', '(.*)*(.*)*(.*)*b'])(
    'that would take for ever elsewhere has its answer: %s',
    (source) => {
      expect(rule(source).test('a'.repeat(4000))).toBe(false)
    },
  )

  test('says nothing once the meter has run out', () => {
    expect(rule('a*').test('a'.repeat(100), { left: 50 })).toBe('unknown')
  })

  test('says nothing about text that is too long', () => {
    expect(rule('.*').test('a'.repeat(ruleLimits.text + 1))).toBe('unknown')
  })
})
