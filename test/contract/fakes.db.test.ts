import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { builtinProfile, standardProfileId } from '#shared/domain/builtin-profiles.ts'
import { RunId, RunnerId } from '#shared/ids.ts'
import { RunnerDown } from '#shared/protocol/runner-link.ts'
import { startControlServer, type ControlServer } from '../fakes/control-server.ts'
import { makeRepository, startRunner } from '../fakes/runner.ts'
import { connectScriptedRunner } from '../fakes/scripted-runner.ts'
import { newId, openWorld, type World } from '../world.ts'
import { newRun, openPusher } from './people.ts'
import { openRawSocket, Refused } from './raw-socket.ts'
import * as samples from './samples.ts'

let world: World
let fake: ControlServer
beforeAll(async () => {
  world = await openWorld()
  fake = await startControlServer()
})
afterAll(async () => {
  await fake.close()
  await world.close()
})

/** The server's end of the runner link, as a runner and a person reach it. */
type Side = {
  readonly url: string
  readonly key: string
  start(prompt: string): Promise<RunId>
  stop(runId: RunId): Promise<unknown>
}

async function real(): Promise<Side> {
  const mara = await world.owner()
  const device = openPusher(mara)
  return {
    url: world.url,
    key: await world.runnerKey(),
    async start(prompt) {
      const run = { ...newRun(), prompt }
      await device.push(['createRun', run])
      return run.runId
    },
    stop: (runId) => device.push(['stopRun', { runId, deliveryId: newId() }]),
  }
}

const faked = async (): Promise<Side> => ({
  url: fake.url,
  key: fake.key,
  start: async (prompt) =>
    fake.start({
      prompt,
      profile: builtinProfile(standardProfileId),
      more: { author: { name: 'Mara', email: 'mara@example.test' } },
    }),
  stop: async (runId) => fake.deliver(runId, { type: 'stop', by: samples.ids.user }),
})

describe('the server that tests of the runner speak to', () => {
  test('says what the real one says, in the same order', async () => {
    expect(await conversation(await faked())).toEqual(await conversation(await real()))
  })

  test('takes content and refuses it as the real one does', async () => {
    const put = async ({ url, key }: Side) => {
      const send = (name: string, body: string, with_ = key): Promise<Response> =>
        fetch(`${url}/api/runner/blobs/${name}`, {
          method: 'PUT',
          headers: { authorization: `Bearer ${with_}`, 'content-type': 'application/octet-stream' },
          body,
        })
      const hash = createHash('sha256').update('content').digest('hex')
      const answers = [
        await send(hash, 'content'),
        await send(hash, 'content'),
        await send(hash.replace(/^./, 'f'), 'content'),
        await send('no-hash', 'content'),
        await send(hash, 'content', 'wrong'),
      ]
      return answers.map(({ ok, status }) => (ok ? 'taken' : status))
    }
    expect(await put(await faked())).toEqual(await put(await real()))
  })

  test('refuses a wrong key as the real one does', async () => {
    for (const { url } of [await faked(), await real()])
      await expect(
        openRawSocket({
          url: `${url}/api/runner/socket`,
          headers: { authorization: 'Bearer wrong' },
          down: RunnerDown,
        }),
      ).rejects.toEqual(new Refused(401))
  })
})

/** All that a runner hears over the life of one run, without what differs by nature: ids and times. */
async function conversation(side: Side): Promise<unknown[]> {
  const socket = await openRawSocket({
    url: `${side.url}/api/runner/socket`,
    headers: { authorization: `Bearer ${side.key}` },
    down: RunnerDown,
  })
  const heard: RunnerDown[] = []
  const hear = async <T extends RunnerDown['type']>(type: T): Promise<Extract<RunnerDown, { type: T }>> => {
    const message = await socket.next(type)
    heard.push(message)
    return message
  }
  const event = (runId: RunId, seq: number, body: object): void =>
    socket.send({ type: 'events', runId, events: [{ seq, at: 1, body }] })

  socket.send({
    ...samples.runnerUp.hello,
    short: undefined,
    runnerId: RunnerId.parse(newId()),
    harnesses: [{ id: samples.ids.harness, name: 'Runbook', letters: 'RB', sandboxes: ['direct'] }],
    runs: [{ runId: newId(), turn: 1, lastSeq: 3, active: true }],
  })
  const { heartbeatMs: _beat, leaseMs: _lease, serverVersion: _version, ...welcome } = await socket.next('welcome')
  socket.send({ type: 'heartbeat', at: 7, active: [] })
  await hear('heartbeat_ack')
  const runId = await side.start('Say hello')
  const { assignment } = await socket.next('assign')
  socket.send({ type: 'claimed', runId, turn: 1 })
  event(runId, 1, { type: 'state', event: 'claim', turn: 1 })
  await hear('ack')
  event(runId, 2, { type: 'state', event: 'start', turn: 1 })
  await hear('ack')
  // Again, and with a hole before it.
  event(runId, 2, { type: 'state', event: 'start', turn: 1 })
  await hear('ack')
  event(runId, 5, samples.runEvents.activity)
  await hear('resend')
  await side.stop(runId)
  const { deliveryId, body } = await socket.next('deliver')
  for (const state of ['delivered', 'done']) {
    socket.send({ type: 'receipt', deliveryId, runId, state })
    await hear('receipt_ack')
  }
  socket.close()
  return JSON.parse(
    JSON.stringify([
      welcome.runs.map(({ keep, ackedSeq }) => ({ keep, ackedSeq })),
      shape(assignment),
      body.type,
      heard,
    ])
      .replaceAll(runId, 'run')
      .replaceAll(deliveryId, 'delivery'),
  )
}

/** The fields that there are, at every depth. */
function shape(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .filter((key) => key !== 'title')
      .map((key) => [key, shape(Reflect.get(value, key))]),
  )
}

describe('the runner that tests of the server speak to', () => {
  test('greets, claims and tells as the real one does', async () => {
    const scripted = await connectScriptedRunner({ url: fake.url, key: fake.key })
    const [itsHello] = fake.hellos.slice(-1)
    const itsRun = fake.start({ prompt: 'Say hello' })
    await scripted.next('assign', ({ assignment }) => assignment.runId === itsRun)
    scripted.send({ type: 'claimed', runId: itsRun, turn: 1 })
    scripted.emit(
      itsRun,
      { type: 'state', event: 'claim', turn: 1 },
      { type: 'state', event: 'start', turn: 1 },
      { type: 'state', event: 'succeed', turn: 1 },
    )
    const itsEnd = await fake.ended(itsRun)
    scripted.close()

    const repository = await makeRepository()
    const runner = await startRunner({ url: fake.url, key: fake.key })
    await fake.until(
      () => fake.connected() && fake.hellos.at(-1)?.runnerId !== scripted.runnerId,
      'the real runner came',
    )
    const hello = fake.hellos.at(-1)
    const run = fake.start({ prompt: '```sh\ntrue\n```', config: { repository: { url: repository.path } } })
    fake.answerAll(() => ({ kind: 'allow_once' }))
    const end = await fake.ended(run)
    await runner.close()
    await repository.remove()

    expect(Object.keys(itsHello ?? {}).sort()).toEqual(Object.keys(hello ?? {}).sort())
    for (const one of [itsEnd, end]) {
      expect(one.claimed).toEqual([1])
      expect(one.events.map(({ seq }) => seq)).toEqual(one.events.map((_event, index) => index + 1))
      expect(one.badMoves).toEqual([])
      expect([one.states[0], one.states.at(-1)]).toEqual(['CLAIMED', 'SUCCEEDED'])
    }
  })
})
