import { expect, test } from 'vitest'
import { planMention } from '#shared/domain/plan-mention.ts'
import type { SentPlan } from '#shared/domain/sent-plan.ts'
import { PlanId, PlanVersionId, PromptId, RunId, TeamId, UserId } from '#shared/ids.ts'
import { createPlanSender, type PlanSenderDeps, type PromptParts } from './send-plans.ts'

const id = '01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b31'
const planId = PlanId.parse(id)
const mara = UserId.parse('mara')
const rows: Record<string, object> = {
  [`member/${mara}`]: { userId: mara, name: 'Mara', role: 'member', hue: 1, joinedAt: 1 },
  [`plan/${id}`]: {
    id,
    title: 'Billing',
    folder: '',
    state: 'draft',
    createdBy: mara,
    createdAt: 1,
    updatedAt: 1,
    updatedBy: { kind: 'server' },
    excerpt: '',
    words: 0,
    steps: { done: 0, total: 0 },
    version: 0,
  },
}

/** The plan's text comes when `texts` says so; what is pinned first stays. */
function open(readPlan: () => Promise<string>) {
  const errors: unknown[] = []
  const made: string[] = []
  let kept: readonly SentPlan[] | undefined
  const sender = createPlanSender({
    store: { read: async (_space: string, [key = '']: readonly string[]) => ({ rows: [{ value: rows[key] }] }) },
    plans: {
      readPlan: async () => ({ reading: { markdown: await readPlan() }, seq: 1 }),
      documents: { version: async () => made.at(-1) },
      versions: {
        make: async (_plan: object, version: { markdown: string }) => {
          made.push(version.markdown)
          return { n: made.length, id: PlanVersionId.parse(id) }
        },
      },
    },
    now: () => 7,
    patienceMs: 20,
    onError: (error: unknown) => errors.push(error),
  } as unknown as PlanSenderDeps)
  const prompt: PromptParts = {
    promptId: PromptId.parse(id),
    text: `Do ${planMention({ id: planId, title: 'Billing' })}`,
    by: mara,
  }
  const send = () =>
    sender.withPlans({
      teamId: TeamId.parse('team'),
      runId: RunId.parse(id),
      prompt,
      pin: async (given) => (kept ??= given),
    })
  return { send, errors, made }
}

test('a message that is sent twice at once has its plans read once', async () => {
  const { send, made } = open(async () => 'One')
  const [first, second] = await Promise.all([send(), send()])
  expect(first).toEqual(second)
  expect(first.plans).toEqual([{ planId, title: 'Billing', version: { n: 1, id, at: 7 } }])
  expect(made).toEqual(['One'])
})

test('a plan that takes for ever, or breaks, holds no message up: it goes without, and says so', async () => {
  for (const readPlan of [() => new Promise<string>(() => undefined), () => Promise.reject(new Error('broken'))]) {
    const { send, errors } = open(readPlan)
    const sent = await send()
    expect(sent.plans).toEqual([{ planId, title: 'Billing' }])
    expect(sent.context).toContain('It could not be read.')
    expect(errors).toHaveLength(1)
  }
})

test('what Drover wrote takes nothing along', async () => {
  const { send } = open(async () => 'One')
  expect((await send()).context).toContain('One')
  const sender = createPlanSender({} as unknown as PlanSenderDeps)
  const prompt = { promptId: PromptId.parse(id), text: planMention({ id: planId, title: 'B' }), automatic: true }
  const pin = async (given: readonly SentPlan[]) => given
  expect(await sender.withPlans({ teamId: TeamId.parse('t'), runId: RunId.parse(id), prompt, pin })).toBe(prompt)
})

test('where the plan itself can’t be read, its newest version goes', async () => {
  const row = rows[`plan/${id}`]
  rows[`plan/${id}`] = { ...row, version: 4 }
  rows[`plan-version/${id}/0000004`] = {
    planId,
    n: 4,
    id,
    at: 1,
    by: [{ kind: 'server' }],
    origin: 'pause',
    words: 1,
  }
  const { send } = open(() => Promise.reject(new Error('broken')))
  expect((await send()).plans).toEqual([{ planId, title: 'Billing', version: { n: 4, id, at: 7 } }])
  rows[`plan/${id}`] = row ?? {}
})
