import { expect, test } from 'vitest'
import { SetUpPart, runErrorCodes } from '#shared/domain/run.ts'
import { failureWhat, failureWords } from './failures.ts'
import { refusalWords } from './refusals.ts'

test.each(runErrorCodes)('%s says what happened, then what to do by other means than the composer', (code) => {
  const words = failureWords({ code, text: '' })
  expect(words.startsWith(`${failureWhat({ code, text: '' })} `)).toBe(true)
  expect(words).not.toMatch(/message/i)
})
test.each(SetUpPart.options)('a set-up whose %s failed says nothing of its commands', (part) => {
  const words = failureWords({ code: 'environment_setup_failed', part, text: '' })
  expect(words.startsWith(`${failureWhat({ code: 'environment_setup_failed', part, text: '' })} `)).toBe(true)
  expect(words).not.toMatch(/command|set-up|message/i)
})
test('facts that were told stand in place of what the code says', () => {
  const told = { code: 'runner_lost', text: 'devbox-04 stopped answering.' } as const
  expect(failureWhat(told)).toBe(told.text)
  expect(failureWords(told)).toMatch(/^devbox-04 stopped answering\. Try again/)
})
test('a code that is a refusal too has one wording', () =>
  expect(failureWords({ code: 'no_runner', text: '' })).toBe(refusalWords('no_runner')))
