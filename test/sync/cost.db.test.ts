import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Budgets } from '#shared/domain/budget.ts'
import { HarnessId } from '#shared/domain/harness.ts'
import { AgentNotification } from '#shared/domain/notification.ts'
import { Run, type RunConfig } from '#shared/domain/run.ts'
import { Runner, Team } from '#shared/domain/team.ts'
import { UsageDay, utcDay } from '#shared/domain/usage-day.ts'
import { DeliveryId, PromptId, type RunId } from '#shared/ids.ts'
import type { RunEventBody } from '#shared/protocol/run-event.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, scanRows } from '#sync/core/transaction.ts'
import { connectScriptedRunner, type ScriptedRunner } from '../fakes/scripted-runner.ts'
import { ask, claim, inState, runOf, startRun } from '../run-script.ts'
import { newId, openWorld, until, type Person, type World } from '../world.ts'

const codex = HarnessId.parse('codex')
const today = utcDay(Date.now())
let world: World
let mara: Person
let device: Workspace
let runner: ScriptedRunner
beforeEach(async () => {
  world = await openWorld()
  mara = await world.owner()
  device = mara.open()
  runner = await connect()
})
afterEach(async () => {
  runner.close()
  await world.close()
})

async function connect(options: Partial<Parameters<typeof connectScriptedRunner>[0]> = {}): Promise<ScriptedRunner> {
  const offer = { id: codex, name: 'Codex', letters: 'CX', sandboxes: ['direct' as const] }
  const made = await connectScriptedRunner({
    url: world.url,
    key: await world.runnerKey(),
    harnesses: [offer],
    ...options,
  })
  await made.next('welcome')
  return made
}

const start = (config: Partial<RunConfig> = {}) => startRun(device, 'Say hello', { harness: codex, ...config })
const spend = (costUsd: number, model = 'gpt-5'): RunEventBody => ({
  type: 'usage',
  usage: {},
  spent: [{ source: 'harness', model, inputTokens: 100, outputTokens: 10, costUsd }],
})
const end = (turn = 1): RunEventBody => ({ type: 'state', event: 'succeed', turn })
const dayRow = (on: (day: UsageDay | undefined) => void) =>
  device.subscribe((tx) => getRow(tx, keys.usageDay(today), UsageDay), on)
const costOf = (day: UsageDay | undefined): number => (day?.cells ?? []).reduce((sum, cell) => sum + cell.costUsd, 0)
const stored = (runId: RunId) =>
  world.database.query<{ model: string; cost: number; input: number; turns: number; work: number }>(
    `select model, cost_usd::float8 as cost, input_tokens::float8 as input, turns::int as turns, work_ms::float8 as work
       from usage_day where run_id = $1 order by model`,
    [runId],
  )
const waitsFor = (runId: RunId, words: RegExp) =>
  until(runOf(device, runId), (run) => run?.state === 'QUEUED' && words.test(run.reason?.text ?? ''))

describe('usage', () => {
  test('is counted once, over repeats, a restart of the server and a runner that sends everything again', async () => {
    const seqs = new Map<RunId, number>()
    runner.close()
    runner = await connect({ seqs })
    const { runnerId } = runner
    const runId = await start()
    await claim(runner, runId)
    const events = runner.emit(runId, spend(0.25), spend(0.5, 'my-model'))
    await runner.next('ack', (one) => one.seq === runner.lastSeq(runId))
    runner.send({ type: 'events', runId, events })
    await runner.next('ack', (one) => one.seq === runner.lastSeq(runId))

    await world.restart()
    runner.close()
    const lastSeq = runner.lastSeq(runId)
    runner = await connect({ runnerId, seqs, runs: [{ runId, turn: 1, lastSeq, active: true }] })
    runner.send({ type: 'events', runId, events })
    runner.emit(runId, spend(0.25), end())
    const run = await inState(device, runId, 'SUCCEEDED')
    expect(run?.usage).toMatchObject({ costUsd: 1, inputTokens: 300, models: [{ costUsd: 0.5 }, { costUsd: 0.5 }] })
    expect(run?.usage?.workMs).toEqual(expect.any(Number))
    const rows = await stored(runId)
    expect(rows.filter(({ model }) => model !== '')).toMatchObject([
      { model: 'gpt-5', cost: 0.5, input: 200 },
      { model: 'my-model', cost: 0.5, input: 100 },
    ])
    expect(rows.find(({ model }) => model === '')).toMatchObject({ turns: 1, cost: 0 })

    const day = await until(dayRow, (value) => costOf(value) === 1)
    expect(day?.cells.map(({ userId, harness, sandbox }) => [userId, harness, sandbox])).toEqual(
      Array.from({ length: 3 }, () => [mara.userId, 'codex', 'direct']),
    )
  })

  test('of an older runner, which tells sums, is what came to them', async () => {
    const runId = await start({ model: 'gpt-5' })
    await claim(runner, runId)
    for (const costUsd of [0.1, 0.3, 0.3])
      runner.emit(runId, { type: 'usage', usage: { costUsd, inputTokens: costUsd * 100 } })
    runner.emit(runId, end())
    const run = await inState(device, runId, 'SUCCEEDED')
    expect(run?.usage).toMatchObject({ costUsd: 0.3, inputTokens: 30 })
    expect((await stored(runId)).reduce((sum, { cost }) => sum + cost, 0)).toBeCloseTo(0.3)
  })

  test('without a cost has the team’s own price, and is told by day, person or run, as JSON and as a table', async () => {
    await device.mutate.setModelPrice({ model: 'my-*', price: { inputUsd: 1000, outputUsd: 0 } })
    const runId = await start()
    await claim(runner, runId)
    const tokens = (model: string): RunEventBody => ({
      type: 'usage',
      usage: {},
      spent: [{ source: 'gateway', model, inputTokens: 1000, outputTokens: 7 }],
    })
    runner.emit(runId, tokens('my-7b'), tokens('=unheard,of'), end())
    const run = await inState(device, runId, 'SUCCEEDED')
    expect(run?.usage).toMatchObject({ costUsd: 1, unpricedTokens: 1007 })
    const { lines } = await (await mara.fetch(`/api/v1/usage?from=${today}&to=${today}&group=run,person`)).json()
    expect(lines).toMatchObject([{ run: runId, person: mara.userId, costUsd: 1, inputTokens: 2000, turns: 1 }])
    const csv = await (await mara.fetch(`/api/v1/usage?from=${today}&to=${today}&group=model&format=csv`)).text()
    expect(csv.split('\r\n')[0]).toBe(
      'model,inputTokens,cachedTokens,outputTokens,unpricedTokens,costUsd,workMs,blockedMs,turns',
    )
    // A name that a spreadsheet would take for a formula.
    expect(csv).toContain('"\'=unheard,of",1000,0,7,1007,0,')
    const wrong = ['from=2026-02-31&to=2026-03-01', `from=${today}&to=2020-01-01`, `from=${today}&to=${today}&group=x`]
    for (const query of wrong) expect((await mara.fetch(`/api/v1/usage?${query}`)).status).toBe(400)
  })
})

describe('a budget', () => {
  test('of a run is the team’s unless it names its own, goes along with the turn, and is raised by the answer', async () => {
    await device.mutate.setBudget({ scope: { kind: 'run' }, usd: 5 })
    await until(
      (on: (row: Budgets | undefined) => void) => device.subscribe((tx) => getRow(tx, keys.budgets, Budgets), on),
      (row) => row?.runUsd === 5,
    )
    const [runId, own] = [await start(), await start({ budgetUsd: 1 })]
    const { assignment } = await runner.next('assign', (one) => one.assignment.runId === runId)
    expect(assignment.budget).toEqual({ limitUsd: 5, spentUsd: 0 })
    const other = await runner.next('assign', (one) => one.assignment.runId === own)
    expect(other.assignment.budget).toEqual({ limitUsd: 1, spentUsd: 0 })

    runner.send({ type: 'claimed', runId, turn: 1 })
    const request = {
      ...ask(runId, ''),
      subject: {
        kind: 'question' as const,
        question: 'Go on?',
        budget: { spentUsd: 5.02, limitUsd: 5, moreUsd: 5 },
      },
      options: [{ optionId: 'go-on', kind: 'allow_once' as const, name: 'Go on' }],
    }
    runner.emit(
      runId,
      { type: 'state', event: 'claim', turn: 1 },
      spend(5.02),
      { type: 'permission', request },
      { type: 'state', event: 'block', turn: 1 },
    )
    await inState(device, runId, 'BLOCKED')
    await device.mutate.answerPermission({
      runId,
      permissionId: request.id,
      deliveryId: DeliveryId.parse(newId()),
      digest: request.digest,
      answer: { kind: 'option', optionId: 'go-on' },
    })
    const run = await until(runOf(device, runId), (value) => value?.budget?.limitUsd === 10)
    expect(run?.budget).toMatchObject({ limitUsd: 10, by: mara.userId })
  })

  test('of the month stops what goes on, tells the admins and holds the queue, until it is raised', async () => {
    await device.mutate.setBudget({ scope: { kind: 'month' }, usd: 10 })
    const runId = await start()
    await claim(runner, runId)
    runner.emit(runId, spend(8.5))
    const notes = (on: (rows: AgentNotification[]) => void) =>
      device.subscribe((tx) => scanRows(tx, keys.notificationsOf(mara.userId), AgentNotification), on)
    const near = await until(notes, (rows) => rows.some(({ type }) => type === 'budget'))
    expect(near.find(({ type }) => type === 'budget')?.text).toMatch(/^The team has spent \$8\.50 of \$10\.00 for /)

    runner.emit(runId, spend(2))
    const stop = await runner.next('deliver')
    expect(stop.body).toMatchObject({ type: 'stop', reason: { code: 'budget_exceeded', retryable: true } })
    runner.send({ type: 'receipt', deliveryId: stop.deliveryId, runId, state: 'done' })
    const reason = { code: 'budget_exceeded' as const, text: 'The team has spent it.' }
    runner.emit(runId, { type: 'state', event: 'fail', turn: 1, reason })
    await inState(device, runId, 'FAILED')
    const spent = await until(notes, (rows) => rows.some(({ text }) => text.includes('$10.50')))
    expect(spent.filter(({ type }) => type === 'budget')).toHaveLength(2)

    await device.mutate.sendPrompt({
      runId,
      promptId: PromptId.parse(newId()),
      deliveryId: DeliveryId.parse(newId()),
      text: 'Go on',
      mode: 'queue',
    })
    const waits = await waitsFor(runId, /budget for/)
    expect(waits?.reason?.text).toMatch(/^Waits: the team’s budget for \w+ is spent \(\$10\.50 of \$10\.00\)/)
    // Commands cost nothing.
    await runner.next('assign', forRun(await startRun(device)))

    await device.mutate.setBudget({ scope: { kind: 'month' }, usd: 20 })
    const again = await runner.next('assign', forRun(runId))
    expect(again.assignment.turn).toBe(2)
  })

  test('is the admins’ to set, also a price and what agents may be used', async () => {
    const jonas = (await world.invite(mara, 'member')).open()
    await until(
      (on: (team: unknown) => void) => jonas.subscribe((tx) => tx.get(keys.team), on),
      (team) => team !== undefined,
    )
    const refused = { code: 'not_allowed' }
    await expect(jonas.mutate.setBudget({ scope: { kind: 'run' }, usd: 500 })).rejects.toMatchObject(refused)
    await expect(jonas.mutate.setModelPrice({ model: 'gpt-5', price: null })).rejects.toMatchObject(refused)
    await expect(jonas.mutate.setHarness({ harness: codex, on: false })).rejects.toMatchObject(refused)
  })
})

describe('an agent that is switched off', () => {
  test('starts nothing, takes no follow-up, and leaves what waits in the queue', async () => {
    const goes = await start()
    await claim(runner, goes)
    await inState(device, goes, 'INPROGRESS')
    runner.close()
    await until(
      (on: (rows: Runner[]) => void) => device.subscribe((tx) => scanRows(tx, keys.runners, Runner), on),
      (rows) => rows.every(({ connected }) => !connected),
    )
    const waits = await start()
    await device.mutate.setHarness({ harness: codex, on: false })
    await expect(start()).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('switched off') })
    expect((await waitsFor(waits, /switched off/))?.reason?.text).toContain('an admin can switch it on')
    await device.mutate.setHarness({ harness: codex, on: true, models: ['gpt-5'], isDefault: true })
    await expect(start({ model: 'gpt-4o' })).rejects.toMatchObject({
      message: expect.stringContaining('allowed: gpt-5'),
    })
    const run = await until(runOf(device, await start()), (value: Run | undefined) => value !== undefined)
    expect(run?.config.model).toBe('gpt-5')
    const team = await until(
      (on: (row: Team | undefined) => void) => device.subscribe((tx) => getRow(tx, keys.team, Team), on),
      (row) => row?.defaultHarness === codex,
    )
    expect(team?.harnessRules).toEqual([{ harness: 'codex', models: ['gpt-5'] }])
  })
})

describe('the model of a run', () => {
  test('is another one from the next turn on, as far as the team allows it', async () => {
    const runId = await start({ model: 'gpt-5' })
    await claim(runner, runId)
    await inState(device, runId, 'INPROGRESS')
    await device.mutate.setRunModel({ runId, model: 'gpt-5-mini' })
    await device.mutate.setRunModel({ runId, effort: 'high' })
    await device.mutate.setHarness({ harness: codex, models: ['gpt-5', 'gpt-5-mini'] })
    await expect(device.mutate.setRunModel({ runId, model: 'gpt-4o' })).rejects.toMatchObject({ code: 'conflict' })
    runner.emit(runId, { type: 'state', event: 'succeed', turn: 1 })
    await inState(device, runId, 'SUCCEEDED')
    const ids = { promptId: PromptId.parse(newId()), deliveryId: DeliveryId.parse(newId()) }
    await device.mutate.sendPrompt({ runId, ...ids, text: 'On', mode: 'queue' })
    const { assignment } = await runner.next(
      'assign',
      (one) => one.assignment.runId === runId && one.assignment.turn === 2,
    )
    expect(assignment.config).toMatchObject({ harness: 'codex', model: 'gpt-5-mini', effort: 'high' })
  })
})

function forRun(runId: RunId): (one: { assignment: { runId: RunId } }) => boolean {
  return (one) => one.assignment.runId === runId
}
