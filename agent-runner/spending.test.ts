import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { UserId } from '#shared/ids.ts'
import { startControlServer, type ControlServer, type SeenRun } from '#test/fakes/control-server.ts'
import { startRunner } from '#test/fakes/runner.ts'
import { spender } from '#test/fakes/spender.ts'

let server: ControlServer
let runner: Awaited<ReturnType<typeof startRunner>> | undefined
beforeEach(async () => {
  server = await startControlServer()
  runner = await startRunner({ url: server.url, harnesses: [spender] })
})
afterEach(async () => {
  await runner?.close()
  await server.close()
})

const start = (calls: number, budget?: { limitUsd: number; spentUsd: number }) =>
  server.start({
    harness: 'spender',
    prompt: `Calls: ${calls}`,
    ...(budget === undefined ? {} : { budget, config: { budgetUsd: 2 } }),
  })

function spentOf(run: SeenRun): number {
  const told = run.events.flatMap(({ body }) => (body.type === 'usage' ? (body.spent ?? []) : []))
  return told.reduce((sum, { costUsd = 0 }) => sum + costUsd, 0)
}
const notices = (run: SeenRun): string[] =>
  [...run.entries.values()].flatMap(({ body }) => (body.kind === 'notice' ? [body.text] : []))

describe('what a run spends', { timeout: 40_000 }, () => {
  test('is told as what was added, over several turns of one session', async () => {
    const runId = start(3)
    expect(spentOf(await server.ended(runId))).toBe(3)
    server.follow(runId, 'Calls: 2')
    const run = await server.ended(runId, 2)
    expect(spentOf(run)).toBe(5)
    expect(run.events.findLast(({ body }) => body.type === 'usage')?.body).toMatchObject({
      usage: { costUsd: 5, inputTokens: 210, outputTokens: 20, cachedTokens: 2000, contextUsed: 1000 },
    })
  })

  test('stops it at its limit with a question, and it goes on when it is given more', async () => {
    const runId = start(4, { limitUsd: 2, spentUsd: 0 })
    const asked = await server.asked(runId)
    expect(asked.subject).toEqual({
      kind: 'question',
      question: 'This run has spent $2.00 of $2.00. Go on with $2.00 more, or stop?',
      budget: { spentUsd: 2, limitUsd: 2, moreUsd: 2 },
    })
    server.answer(asked, { kind: 'option', optionId: 'go-on' })
    const again = await server.asked(runId)
    expect(again.subject).toMatchObject({ budget: { spentUsd: 4, limitUsd: 4 } })
    server.answer(again, { kind: 'option', optionId: 'stop' })
    const run = await server.ended(runId)
    expect([run.state, run.reason?.code, spentOf(run)]).toEqual(['FAILED', 'budget_exceeded', 4])
    expect(run.badMoves).toEqual([])
  })

  test('counts what it spent on another machine, and says that the limit is near', async () => {
    const runId = start(1, { limitUsd: 6, spentUsd: 4 })
    const run = await server.ended(runId)
    expect(run.state).toBe('SUCCEEDED')
    expect(notices(run)).toEqual(['This run has spent $5.00 of $6.00.'])
  })

  test('ends for a limit of its team, and can be continued', async () => {
    const runId = start(500)
    const text = 'The team has spent $50.00 of $50.00 for November.'
    await server.until(() => spentOf(server.run(runId)) > 0, 'the first call')
    server.deliver(runId, {
      type: 'stop',
      by: UserId.parse('person-1'),
      reason: { code: 'budget_exceeded', text, retryable: true },
    })
    const run = await server.ended(runId)
    expect([run.state, run.reason]).toEqual(['FAILED', { code: 'budget_exceeded', text, retryable: true }])
    server.follow(runId, 'Calls: 1')
    expect((await server.ended(runId, 2)).state).toBe('SUCCEEDED')
  })
})
