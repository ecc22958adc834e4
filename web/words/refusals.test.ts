import { describe, expect, test } from 'vitest'
import { refusalCodes } from '#shared/refusal.ts'
import { refusalWords } from './refusals.ts'

describe('refusals in words', () => {
  test.each(refusalCodes)('%s is a sentence without politeness or code', (code) => {
    const words = refusalWords(code)
    expect(words).toMatch(/^[A-Z].*\.$/)
    expect(words).not.toContain('_')
    expect(words.toLowerCase()).not.toMatch(/please|oops|sorry|!/)
  })
  test('facts stand between what happened and what to do', () =>
    expect(refusalWords('too_many', '50 messages wait already')).toBe(
      'There are too many already. 50 messages wait already. Wait until some are done.',
    ))
  test('a code of a newer server still gets a sentence', () =>
    expect(refusalWords('from_the_future')).toBe(refusalWords('internal')))
  test('whoever answered first is not named by an id', () =>
    expect(refusalWords('already_answered', 'user-7')).not.toContain('user-7'))
})
