import type { ModelMessage } from 'ai'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { roughTokens, type Turned } from '../model/conversation.ts'
import { cutConversation, transcriptOf } from './compact.ts'

const step = (n: number, calls: number, length: number): Turned[] => {
  const ids = Array.from({ length: calls }, (_, index) => `${n}-${index}`)
  const said: ModelMessage = {
    role: 'assistant',
    content: [
      { type: 'text', text: 'x'.repeat(length) },
      ...ids.map((id) => ({ type: 'tool-call' as const, toolCallId: id, toolName: 'shell', input: {} })),
    ],
  }
  if (calls === 0) return [{ message: said }, { message: { role: 'user', content: 'more' } }]
  const content = ids.map((id) => ({
    type: 'tool-result' as const,
    toolCallId: id,
    toolName: 'shell',
    output: { type: 'text' as const, value: 'y'.repeat(length) },
  }))
  return [{ message: said }, { message: { role: 'tool', content } }]
}

test('no answer of a tool is ever parted from its call, and nothing is lost', () => {
  const steps = fc.array(fc.tuple(fc.nat(3), fc.nat(4_000)), { maxLength: 30 })
  fc.assert(
    fc.property(steps, fc.integer({ min: 100, max: 20_000 }), (made, context) => {
      const conversation: Turned[] = [
        { message: { role: 'user', content: 'task' } },
        ...made.flatMap(([calls, length], n) => step(n, calls, length)),
      ]
      const { old, kept } = cutConversation(conversation, context, roughTokens)
      expect([...old, ...kept]).toEqual(conversation)
      expect(old.length).toBeGreaterThan(0)
      expect(kept[0]?.message.role).not.toBe('tool')
      expect(roughTokens(kept)).toBeLessThanOrEqual(context * 0.25 + kept.length)
    }),
  )
})

test('what is summed up keeps the task and the end', () => {
  const conversation: Turned[] = [
    { message: { role: 'user', content: 'The task.' } },
    ...Array.from({ length: 50 }, (_, n) => step(n, 1, 1_000)).flat(),
    { message: { role: 'user', content: 'The end.' } },
  ]
  const text = transcriptOf(conversation, 10_000)
  expect(text.length).toBeLessThan(10_100)
  expect(text).toMatch(/^Person: The task\.[\s\S]*Person: The end\.$/)
})
