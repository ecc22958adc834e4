import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { wholeText } from '#shared/domain/bounded-text.ts'
import { PromptId, UserId, type DeliveryId, type RunId } from '#shared/ids.ts'
import type { RunnerDown } from '#shared/protocol/runner-link.ts'
import { startControlServer, type ControlServer, type SeenRun } from '#test/fakes/control-server.ts'
import { createInsideAgent, type InsideAgent } from '#test/fakes/inside-agent.ts'
import { makeRepository, startRunner, type RunnerOptions } from '#test/fakes/runner.ts'
import { systemClock } from './clock.ts'
import { runFolders } from './run/folders.ts'

// Real agents start slowly on a busy machine.
vi.setConfig({ testTimeout: 40_000 })

const by = UserId.parse('person-1')
const prompt = (text: string, mode: 'interrupt' | 'queue') =>
  ({ type: 'prompt', promptId: PromptId.parse(systemClock.newId()), text, by, mode }) as const

let server: ControlServer
let agent: InsideAgent
let runner: Awaited<ReturnType<typeof startRunner>> | undefined

beforeEach(async () => {
  server = await startControlServer()
  agent = createInsideAgent()
})
afterEach(async () => {
  await runner?.close()
  runner = undefined
  await server.close()
})

const bodies = (run: SeenRun) =>
  [...run.entries.values()].toSorted((one, other) => one.n - other.n).map((entry) => entry.body)
const said = (run: SeenRun) =>
  bodies(run).flatMap((body) => (body.kind === 'message' ? [wholeText(body.text) ?? ''] : []))
const states = (deliveryId: DeliveryId) =>
  server.receipts.flatMap((receipt) => (receipt.deliveryId === deliveryId ? [receipt.state] : []))
const became = (deliveryId: DeliveryId, state: string) =>
  server.until(() => states(deliveryId).includes(state), `the delivery is ${state}`)

async function startInside(options: Partial<RunnerOptions> = {}): Promise<void> {
  runner = await startRunner({
    url: server.url,
    harnesses: [agent.harness],
    ...options,
    deps: { sandboxes: [agent.sandbox], ...options.deps },
  })
}
async function working(runId: RunId): Promise<void> {
  await server.until(() => server.run(runId).state === 'INPROGRESS' && agent.heard.length > 0, 'the agent is at work')
}

describe('messages to a run at work', () => {
  test('an interrupting one ends what the agent does and goes before those that wait; a queued one waits its turn', async () => {
    await startInside()
    const runId = server.start({ harness: 'inside', prompt: 'first' })
    await working(runId)
    const queued = server.deliver(runId, prompt('whenever you are done', 'queue'))
    await became(queued, 'delivered')
    expect(agent.heard).toEqual(['first'])
    const urgent = server.deliver(runId, prompt('look at this now', 'interrupt'))
    await became(urgent, 'done')
    await server.until(() => agent.heard.length === 2, 'the agent heard it')
    expect(agent.heard).toEqual(['first', 'look at this now'])
    expect(states(queued)).toEqual(['delivered'])
    expect(server.run(runId).state).toBe('INPROGRESS')
    agent.letGo()
    const run = await server.ended(runId)
    expect(run.state).toBe('SUCCEEDED')
    expect(run.turn).toBe(1)
    expect(agent.heard).toEqual(['first', 'look at this now', 'whenever you are done'])
    await became(queued, 'done')
  })

  test('a stop right behind the assignment stops the run', async () => {
    await startInside()
    await server.until(() => server.connected(), 'the runner is there')
    const runId = server.start({ harness: 'inside', prompt: 'first' })
    const stop = server.deliver(runId, { type: 'stop', by })
    expect((await server.ended(runId)).state).toBe('CANCELLED')
    await became(stop, 'done')
  })

  test('one that comes again after all was said about it is not carried out again', async () => {
    await startInside()
    const runId = server.start({ harness: 'inside', prompt: 'first' })
    await working(runId)
    const once = server.deliver(runId, prompt('only once', 'interrupt'))
    await became(once, 'done')
    server.repeatAll()
    const marker = server.deliver(runId, prompt('after the repeat', 'interrupt'))
    await became(marker, 'done')
    agent.letGo()
    await server.ended(runId)
    expect(agent.heard.join('\n').split('only once')).toHaveLength(2)
  })
})

test('an answer to another text than the one that is open is stale, and the agent is not answered with it', async () => {
  runner = await startRunner({ url: server.url })
  const runId = server.start({ prompt: '```sh\ntouch made.txt\n```' })
  const request = await server.asked(runId)
  const stale = server.answer({ ...request, digest: '0'.repeat(64) }, { kind: 'allow_once' })
  await became(stale, 'refused')
  expect(server.receipts.findLast((receipt) => receipt.deliveryId === stale)?.refusal).toBe('stale')
  expect(server.run(runId).state).toBe('BLOCKED')
  expect(existsSync(`${runFolders(`${runner.folder}/runs`, runId).workspace}/made.txt`)).toBe(false)
  // To everybody else the question was answered, so it is asked anew.
  const again = await server.asked(runId)
  expect(again).toMatchObject({ digest: request.digest, subject: request.subject })
  expect(again.id).not.toBe(request.id)
  server.answer(again, { kind: 'deny' })
  expect((await server.ended(runId)).reason?.code).toBe('step_failed')
  expect(existsSync(`${runFolders(`${runner.folder}/runs`, runId).workspace}/made.txt`)).toBe(false)
})

test('six drops of the connection while the agent speaks lose nothing and double nothing', async () => {
  await startInside()
  const runId = server.start({ harness: 'inside', prompt: 'first' })
  await working(runId)
  let count = 0
  for (let drop = 0; drop < 6; drop++) {
    const hellos = server.hellos.length
    for (let i = 0; i < 200; i++) agent.say(`${count++} `)
    await server.until(
      () =>
        said(server.run(runId))
          .join('')
          .includes(`${count - 150} `),
      'a part arrived',
    )
    server.drop()
    for (let i = 0; i < 200; i++) agent.say(`${count++} `)
    await server.until(() => server.hellos.length > hellos, 'it is back')
  }
  agent.letGo()
  const run = await server.ended(runId)
  const words = said(run).join('').trim().split(' ')
  expect(words).toEqual(Array.from({ length: count }, (_, index) => String(index)))
  expect(run.badMoves).toEqual([])
})

test('a server that talks nonsense is not believed, and the run goes on', async () => {
  await startInside()
  const runId = server.start({ harness: 'inside', prompt: 'first' })
  await working(runId)
  server.sendRaw('no JSON at all')
  server.sendRaw(JSON.stringify({ type: 'invented', runId }))
  server.sendRaw(JSON.stringify({ type: 'ack', runId, seq: -4 }))
  const beyond: RunnerDown[] = [
    { type: 'ack', runId, seq: 1_000_000 },
    { type: 'resend', runId, fromSeq: 2_000_000 },
  ]
  for (const message of beyond) server.sendRaw(JSON.stringify(message))
  agent.say('still here')
  await server.until(() => said(server.run(runId)).includes('still here'), 'what it says arrives')
  agent.letGo()
  expect((await server.ended(runId)).state).toBe('SUCCEEDED')
})

test('a run that is dropped while its long output is on its way takes nothing else with it', async () => {
  await startInside()
  server.setBlobStatus(503)
  const runId = server.start({ harness: 'inside', prompt: 'first' })
  const other = server.start({ harness: 'inside', prompt: 'other' })
  await server.until(() => agent.heard.length === 2, 'both are at work')
  agent.say('a long word '.repeat(5000))
  server.deliver(runId, prompt('next', 'interrupt'))
  server.deliver(other, prompt('next', 'interrupt'))
  await server.until(() => agent.heard.length === 4, 'the long word is finished')
  server.dropRun(runId)
  server.setBlobStatus(200)
  agent.letGo()
  expect((await server.ended(other)).state).toBe('SUCCEEDED')
})

describe('a set-up that failed', () => {
  test('is done from its start by the next turn', async () => {
    const repository = await makeRepository({ 'a.txt': 'one\n' })
    runner = await startRunner({ url: server.url })
    const marker = `${repository.path}/fixed`
    const runId = server.start({
      prompt: '```sh\ncat a.txt\n```',
      config: { repository: { url: repository.path }, setupCommands: [`test -e ${marker}`] },
    })
    expect((await server.ended(runId)).reason?.code).toBe('environment_setup_failed')
    await writeFile(marker, '')
    server.follow(runId, '```sh\ncat a.txt\n```')
    const run = await server.ended(runId, 2)
    expect(run.reason).toBeUndefined()
    expect(run.state).toBe('SUCCEEDED')
    await repository.remove()
  })
})

describe('a runner that is told to drain', () => {
  test('takes nothing new, and is done when what it has has ended', async () => {
    await startInside()
    const runId = server.start({ harness: 'inside', prompt: 'first' })
    await working(runId)
    let done = false
    const drained = runner?.drain().then(() => {
      done = true
    })
    const later = server.start({ harness: 'inside', prompt: 'too late' })
    await server.until(() => server.run(later).rejected.length > 0, 'the new one is rejected')
    expect(server.draining()).toBe(true)
    expect(done).toBe(false)
    agent.letGo()
    expect((await server.ended(runId)).state).toBe('SUCCEEDED')
    await drained
  })
})

describe('what is left of a run that the server forgot', () => {
  test.each([
    { environment: {}, stays: false },
    { environment: { DROVER_NO_CLEANUP: '1' }, stays: true },
  ])('its folder stays: $stays, with $environment', async ({ environment, stays }) => {
    runner = await startRunner({ url: server.url, environment })
    const runId = server.start({ prompt: '```sh\necho kept > kept.txt\n```' })
    server.answerAll(() => ({ kind: 'allow_once' }))
    await server.ended(runId)
    const { workspace } = runFolders(`${runner.folder}/runs`, runId)
    expect(existsSync(`${workspace}/kept.txt`)).toBe(true)
    server.dropRun(runId)
    const hellos = server.hellos.length
    // Everything of one run happens in order, so a delivery for it is answered behind the drop.
    await became(server.deliver(runId, { type: 'stop', by }), 'refused')
    expect(server.hellos).toHaveLength(hellos)
    expect(existsSync(`${workspace}/kept.txt`)).toBe(stays)
  })
})

test('what a session told of its models is offered at the next look, once', async () => {
  let models = [{ id: 'one', name: 'One' }]
  await startInside({
    harnesses: [{ ...agent.harness, models: () => models }],
    deps: { sandboxes: [agent.sandbox], lookEveryMs: 20 },
  })
  const offered = () => server.offers.map((offer) => offer.harnesses.find(({ id }) => id === 'inside')?.models)
  await server.until(() => server.hellos.length > 0, 'it connects')
  models = [...models, { id: 'two', name: 'Two' }]
  await server.until(() => offered().length > 0, 'it tells')
  models = models.slice(1)
  await server.until(() => offered().length > 1, 'it tells again')
  expect(offered().map((list) => list?.map(({ id }) => id))).toEqual([['one', 'two'], ['two']])
})
