import { expect, test } from 'vitest'
import { answeredWords, optionWords } from './answers.ts'
import { clockWords } from './time.ts'

const options = [
  { optionId: 'o1', kind: 'allow_once' as const, name: 'Retry' },
  { optionId: 'o2', kind: 'reject_once' as const, name: 'Skip' },
]

test('a choice is named by its own words, so that two can be told apart', () => {
  const chosen = (optionId: string) => {
    const answer = { kind: 'option' as const, optionId }
    return answeredWords('You', answer, 0, optionWords({ options }, answer))
  }
  expect(chosen('o1')).toBe(`You chose “Retry”, ${clockWords(0)}`)
  expect(chosen('o2')).toBe(`You chose “Skip”, ${clockWords(0)}`)
  expect(chosen('gone')).toBe(`You answered this, ${clockWords(0)}`)
})
