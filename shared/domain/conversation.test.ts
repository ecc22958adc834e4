import { expect, test } from 'vitest'
import { PermissionId, UserId } from '../ids.ts'
import { conversationLimit, saidIn, withSaid, type Said } from './conversation.ts'
import type { PermissionAnswer } from './permission.ts'

const text = (head: string) => ({ head, tail: '', length: head.length })
const by = UserId.parse('person-1')
const answered = (answer: PermissionAnswer, who: { by?: UserId; profile?: string; option?: string } = { by }) =>
  saidIn({
    kind: 'permission',
    permissionId: PermissionId.parse('01890000-0000-7000-8000-000000000001'),
    title: 'It wants to run a command',
    line: 'rm -rf src',
    outcome: { kind: 'answered', answer, at: 1, ...who },
  })?.text

test('what people said to questions belongs to the conversation; what a profile said does not', () => {
  expect(answered({ kind: 'deny', message: 'No.' })).toBe('I denied this: rm -rf src\nNo.')
  expect(answered({ kind: 'deny' })).toBe('I denied this: rm -rf src')
  expect(answered({ kind: 'option', optionId: 'a' }, { by, option: 'Skip it' })).toBe(
    'To “rm -rf src” I answered: Skip it',
  )
  expect(answered({ kind: 'allow_once' })).toBeUndefined()
  expect(answered({ kind: 'deny', message: 'No.' }, { profile: 'Careful' })).toBeUndefined()
})

test('a message that is not at its end is none yet', () => {
  expect(saidIn({ kind: 'message', text: text('Half'), done: false })).toBeUndefined()
  expect(saidIn({ kind: 'message', text: text('Whole'), done: true })).toEqual({ who: 'agent', text: 'Whole' })
  expect(saidIn({ kind: 'user', text: text(' ') })).toBeUndefined()
})

test('parts stand in the order of the transcript, and one that comes again replaces itself', () => {
  const parts: Said[] = [
    { who: 'user', text: 'one', n: 1 },
    { who: 'agent', text: 'three', n: 3 },
    { who: 'user', text: 'two', n: 2 },
    { who: 'user', text: 'one, whole', n: 1 },
  ]
  expect(parts.reduce<Said[]>(withSaid, []).map((said) => said.text)).toEqual(['one, whole', 'two', 'three'])
})

test('over the limit the agent’s oldest words go first, and its last ones stay', () => {
  const long = 'x'.repeat(conversationLimit / 4)
  let all: Said[] = []
  for (let n = 1; n <= 8; n++) all = withSaid(all, { who: n % 2 === 1 ? 'user' : 'agent', text: `${n}${long}`, n })
  expect(all.map(({ n }) => n)).toEqual([5, 7, 8])
})
