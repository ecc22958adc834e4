import { describe, expect, test } from 'vitest'
import { Prompt } from '#shared/domain/prompt.ts'
import { RunId } from '#shared/ids.ts'
import { afterSending, orderAt, refusedText, toWaiting } from './queue.ts'

const runId = RunId.parse('01890000-0000-7000-8000-0000000000aa')
const prompt = (n: number, over: Partial<Prompt> = {}): Prompt => ({
  ...Prompt.parse({
    id: `01890000-0000-7000-8000-00000000000${n}`,
    runId,
    text: `m${n}`,
    mode: 'queue',
    order: n,
    by: 'u1',
    createdAt: 0,
    state: 'accepted',
  }),
  ...over,
})

test('messages stand in their order, those on their way first', () => {
  const waiting = toWaiting([prompt(2), prompt(1), prompt(3, { mode: 'interrupt', state: 'delivered' })], [])
  expect(waiting.map((one) => [one.prompt.text, one.place, one.intent])).toEqual([
    ['m3', 'going', 'delivered'],
    ['m1', 'queued', 'accepted'],
    ['m2', 'queued', 'accepted'],
  ])
})

test('what the server has not taken yet is only on this device', () => {
  const one = prompt(1)
  const pending = [{ name: 'sendPrompt' as const, args: { promptId: one.id }, at: 0 }]
  expect(toWaiting([one], pending)[0]?.intent).toBe('local')
})

describe('moving in the queue', () => {
  const place = (orders: readonly number[], from: number, to: number): readonly number[] => {
    const order = orderAt(orders, from, to)
    return orders
      .map((value, index) => ({ index, value: index === from && order !== undefined ? order : value }))
      .sort((a, b) => a.value - b.value)
      .map((one) => one.index)
  }
  test.each([
    [0, 2, [1, 2, 0]],
    [2, 0, [2, 0, 1]],
    [0, 1, [1, 0, 2]],
    [1, 0, [1, 0, 2]],
    [1, 1, [0, 1, 2]],
    [2, 9, [0, 1, 2]],
    [0, -4, [0, 1, 2]],
  ])('from %i to %i', (from, to, expected) => {
    expect(place([1, 2, 3], from, to)).toEqual(expected)
  })
})

test('what was typed while a message was being kept stays', () => {
  expect(afterSending('hello', 'hello')).toBe('')
  expect(afterSending('hello and more', 'hello')).toBe('and more')
  expect(afterSending('something else', 'hello')).toBe('something else')
})

test('the text of a refused message is found, even when it was cut', () => {
  const whole = JSON.stringify({ runId, promptId: 'x', text: 'say "hi"\nnow' })
  expect(refusedText('sendPrompt', whole, runId)).toEqual({ text: 'say "hi"\nnow' })
  expect(refusedText('sendPrompt', whole.slice(0, -6), runId)?.text).toMatch(/^say "hi"/)
  expect(refusedText('sendPrompt', whole, RunId.parse('01890000-0000-7000-8000-0000000000bb'))).toBeUndefined()
  expect(refusedText('answerPermission', whole, runId)).toBeUndefined()
})
