import { expect, test } from 'vitest'
import { HarnessId } from '#shared/domain/harness.ts'
import { DeliveryId, PlanId, PlanVersionId, PromptId, RunId, UserId } from '#shared/ids.ts'
import type { Assignment } from '#shared/protocol/runner-link.ts'
import type { Clock } from '../clock.ts'
import type { Journal } from './journal.ts'
import type { Receipts } from './receipts.ts'
import type { Transcript } from './transcript.ts'
import { createTurn, type Turn } from './turn.ts'
import type { Workbench } from './workbench.ts'

const id = '01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b31'
const promptId = PromptId.parse(id)
const plans = [{ planId: PlanId.parse(id), title: 'Billing', version: { n: 2, id: PlanVersionId.parse(id), at: 1 } }]
const prompt = { promptId, text: 'Do it', by: UserId.parse('mara'), plans, context: 'The plan: one, two.' }

/** A turn with what stands around it written down: what the agent reads, and what people do. */
function begin(
  harness: string,
  first: Assignment['prompt'],
  byHand: readonly string[] = [],
): { turn: Turn; heard: string[]; shown: object[]; notices: string[] } {
  const [heard, shown, notices]: [string[], object[], string[]] = [[], [], []]
  const facts = { byHand }
  const turn = createTurn({
    assignment: {
      runId: RunId.parse(id),
      turn: 1,
      title: 'It',
      config: { harness: HarnessId.parse(harness), sandbox: 'direct' },
      prompt: first,
    },
    journal: {
      append: () => undefined,
      memory: () => ({ facts }),
      record: async ({ facts: more }: { facts: object }) => Object.assign(facts, more),
    } as unknown as Journal,
    clock: { now: () => 1 } as unknown as Clock,
    transcript: {
      addPrompt: (entry: object) => shown.push(entry),
      notice: (_level: string, text: string) => notices.push(text),
    } as unknown as Transcript,
    workbench: {
      open: async () => ({ firstPrompt: (text: string) => text }),
      prompt: async (text: string) => {
        heard.push(text)
        return { event: 'succeed' }
      },
      takeUnheard: () => [],
      cancelPrompt: async () => undefined,
    } as unknown as Workbench,
    receipts: { set: async () => undefined } as unknown as Receipts,
  })
  return { turn, heard, shown, notices }
}

test('an agent reads the plans of a message after it; people see the message as it was written', async () => {
  const { turn, heard, shown } = begin('opencode', prompt)
  turn.take({ ...prompt, deliveryId: DeliveryId.parse(id), text: 'And this', automatic: true, mode: 'queue' })
  expect(await turn.run()).toEqual({ event: 'succeed' })
  expect(heard).toEqual(['Do it\n\nThe plan: one, two.', 'And this\n\nThe plan: one, two.'])
  expect(shown).toEqual([
    { text: 'Do it', promptId, by: 'mara', plans },
    { text: 'And this', promptId, by: 'mara', plans, automatic: true },
  ])
})

test('an agent is told once what people changed by hand', async () => {
  const { turn, heard, shown } = begin('opencode', { promptId, text: 'Go on' }, [
    'Mara edited src/a.ts.',
    'Jo rejected the changes of b.ts.',
  ])
  turn.take({ promptId, text: 'And this', deliveryId: DeliveryId.parse(id), mode: 'queue' })
  await turn.run()
  expect(heard).toEqual([
    expect.stringMatching(
      /^Go on\n\nPeople changed files [^]*\nMara edited src\/a\.ts\.\nJo rejected the changes of b\.ts\.$/,
    ),
    'And this',
  ])
  expect(shown).toEqual([
    { text: 'Go on', promptId },
    { text: 'And this', promptId },
  ])
})

test('runbook does not carry out what stands in a plan that was only mentioned, and says so', async () => {
  const { turn, heard, notices } = begin('runbook', prompt)
  await turn.run()
  expect(heard).toEqual(['Do it'])
  expect(notices).toEqual([expect.stringContaining('only what stands in the message itself')])
})
