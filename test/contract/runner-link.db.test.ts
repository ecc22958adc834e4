import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DeliveryId, RunId, RunnerId } from '#shared/ids.ts'
import { RunnerDown, RunnerUp, runnerProtocol } from '#shared/protocol/runner-link.ts'
import { TerminalDown } from '#shared/protocol/terminal.ts'
import { maxFrameBytes } from '#shared/protocol/run-event.ts'
import { newId, openWorld, type Person, type World } from '../world.ts'
import { collectLog, levels } from './log-lines.ts'
import { spoil, withUnknownKeys } from './malformed.ts'
import { newRun, openPusher, openStranger } from './people.ts'
import { openRawSocket, Refused, type RawSocket } from './raw-socket.ts'
import * as samples from './samples.ts'

let world: World
let mara: Person
let stranger: Person & { readonly key: string }
const { log, lines } = collectLog()
const sockets: RawSocket<RunnerDown>[] = []

beforeAll(async () => {
  world = await openWorld({ log })
  mara = await world.owner()
  stranger = await openStranger(world)
  // Runs of earlier tests are held until their lease ends, which takes longer than all of these.
  await openPusher(mara).push(['setTeam', { maxActiveRuns: 1000 }])
})
beforeEach(() => {
  lines.length = 0
})
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close()
})
afterAll(() => world.close())

async function open(key?: string): Promise<RawSocket<RunnerDown>> {
  const socket = await openRawSocket({
    url: `${world.url}/api/runner/socket`,
    headers: { authorization: `Bearer ${key ?? (await world.runnerKey())}` },
    down: RunnerDown,
  })
  sockets.push(socket)
  return socket
}

const hello = (runnerId: RunnerId, runs: RunnerUpOf<'hello'>['runs'] = []): RunnerUpOf<'hello'> => ({
  ...samples.runnerUp.hello,
  // It takes runs.
  short: undefined,
  harnesses: [{ id: samples.ids.harness, name: 'Runbook', letters: 'RB', sandboxes: ['direct'] }],
  runnerId,
  runs,
})
type RunnerUpOf<T extends RunnerUp['type']> = Extract<RunnerUp, { type: T }>

async function greet(key?: string, runnerId = RunnerId.parse(newId())): Promise<RawSocket<RunnerDown>> {
  const socket = await open(key)
  socket.send(hello(runnerId))
  await socket.next('welcome')
  return socket
}

async function isAlive(socket: RawSocket<RunnerDown>, at = 1): Promise<void> {
  socket.send({ type: 'heartbeat', at, active: [] })
  expect((await socket.next('heartbeat_ack')).at).toBe(at)
}

/** A run that this runner works on. */
async function hold(socket: RawSocket<RunnerDown>): Promise<RunId> {
  const run = newRun()
  await openPusher(mara).push(['createRun', run])
  expect((await socket.next('assign')).assignment.runId).toBe(run.runId)
  socket.send({ type: 'claimed', runId: run.runId, turn: 1 })
  emit(socket, run.runId, 1, { type: 'state', event: 'claim', turn: 1 }, { type: 'state', event: 'start', turn: 1 })
  while ((await socket.next('ack')).seq < 2);
  return run.runId
}

const { device } = samples.terminalUp.hello

/** A page of Mara's that shows the terminals of a run, and the runner that has it. */
async function watched() {
  const runner = await greet()
  const runId = await hold(runner)
  const page = await openRawSocket<TerminalDown>({
    url: `${world.url}/api/terminal/${runId}`,
    headers: { cookie: mara.cookie(), origin: world.url },
    down: TerminalDown,
  })
  page.send(samples.terminalUp.hello)
  return { runner, runId, page }
}

function emit(
  socket: RawSocket<RunnerDown>,
  runId: RunId,
  from: number,
  ...bodies: RunnerUpOf<'events'>['events'][number]['body'][]
): void {
  socket.send({
    type: 'events',
    runId,
    events: bodies.map((body, index) => ({ seq: from + index, at: 1, body })),
  } satisfies RunnerUp)
}

const wrongLines = () => lines.filter((line) => line.level >= levels.warn)

describe('what a runner says', () => {
  /** What the server does with each recorded message, whose run and delivery it does not know. */
  const heard: Record<RunnerUp['type'], (socket: RawSocket<RunnerDown>) => Promise<unknown>> = {
    hello: (socket) => socket.next('error'),
    offer: (socket) => isAlive(socket),
    claimed: (socket) => socket.next('drop'),
    rejected: (socket) => isAlive(socket),
    events: (socket) => socket.next('drop'),
    receipt: (socket) => socket.next('receipt_ack'),
    heartbeat: (socket) => socket.next('heartbeat_ack'),
    draining: (socket) => isAlive(socket),
    plan_call: (socket) => socket.next('plan_answer'),
    inspect_answer: (socket) => isAlive(socket),
    pulls_answer: (socket) => isAlive(socket),
    terminals: (socket) => isAlive(socket),
    terminal_output: (socket) => isAlive(socket),
    terminal_refused: (socket) => isAlive(socket),
  }

  test.each(Object.values(samples.runnerUp))('$type is taken, with keys that it does not know', async (message) => {
    const socket = await greet()
    socket.send(Object(withUnknownKeys(RunnerUp, message)))
    await heard[message.type](socket)
    socket.send({ type: 'heartbeat', at: 2, active: [] })
    expect((await socket.next('heartbeat_ack')).at).toBe(2)
  })

  test.each(Object.values(samples.runnerUp))(
    'a $type that lacks something or is wrong is refused, told once, and harms nobody',
    async (message) => {
      const [socket, other] = [await greet(), await greet()]
      for (const { value } of spoil(RunnerUp, message)) {
        socket.raw(JSON.stringify(value))
        expect(await socket.next('error')).toEqual({
          type: 'error',
          refusal: { code: 'invalid', detail: 'this message is not understood' },
          fatal: false,
        })
      }
      await isAlive(socket)
      await isAlive(other)
      expect(wrongLines()).toMatchObject([{ level: levels.warn, msg: 'a runner was refused', team: mara.teamId }])
    },
  )

  test.each(Object.values(samples.runEvents))('the event $type is taken into its run', async (body) => {
    const socket = await greet()
    const runId = await hold(socket)
    emit(socket, runId, 3, body)
    while ((await socket.next('ack')).seq < 3);
    expect(lines.filter((line) => line.level >= levels.error)).toEqual([])
  })

  test('a frame of the greatest size is taken, a greater one ends the connection and nothing else', async () => {
    const [socket, other] = [await greet(), await greet()]
    const runId = await hold(socket)
    const text = 'x'.repeat(64_000)
    const many = Array.from(
      { length: 15 },
      () => ({ type: 'delta', entryId: samples.ids.entry, field: 'text', offset: 0, text }) as const,
    )
    emit(socket, runId, 3, ...many)
    while ((await socket.next('ack')).seq < 17);
    socket.raw('x'.repeat(2 * maxFrameBytes + 1))
    expect((await socket.closed).code).toBe(1009)
    await isAlive(other)
    expect(wrongLines()).toHaveLength(1)
  })

  test('a flood is read no faster than it is handled, and all of it is', async () => {
    const socket = await greet()
    for (let at = 0; at < 500; at++) socket.send({ type: 'heartbeat', at, active: [] })
    for (let at = 0; at < 500; at++) expect((await socket.next('heartbeat_ack')).at).toBe(at)
  })
})

describe('what a runner hears', () => {
  const scenes: Record<RunnerDown['type'], () => Promise<void>> = {
    async welcome() {
      const socket = await open()
      const unknown = RunId.parse(newId())
      socket.send(hello(RunnerId.parse(newId()), [{ runId: unknown, turn: 1, lastSeq: 2, active: true }]))
      expect(await socket.next('welcome')).toMatchObject({
        protocol: runnerProtocol,
        runs: [{ runId: unknown, ackedSeq: 0, keep: false }],
      })
    },
    async assign() {
      const socket = await greet()
      const run = newRun()
      await openPusher(mara).push(['createRun', run])
      expect((await socket.next('assign')).assignment).toMatchObject({
        runId: run.runId,
        turn: 1,
        prompt: { promptId: run.promptId, text: run.prompt, by: mara.userId },
      })
      socket.send({ type: 'rejected', runId: run.runId, turn: 1, reason: 'This was a test.' })
      await isAlive(socket)
      await openPusher(mara).push(['stopRun', { runId: run.runId, deliveryId: newId() }])
    },
    async ack() {
      await hold(await greet())
    },
    async resend() {
      const socket = await greet()
      const runId = await hold(socket)
      emit(socket, runId, 5, samples.runEvents.activity)
      expect(await socket.next('resend')).toEqual({ type: 'resend', runId, fromSeq: 3 })
    },
    async deliver() {
      const socket = await greet()
      const runId = await hold(socket)
      const deliveryId = DeliveryId.parse(newId())
      await openPusher(mara).push(['stopRun', { runId, deliveryId }])
      expect(await socket.next('deliver')).toEqual({
        type: 'deliver',
        deliveryId,
        runId,
        body: { type: 'stop', by: mara.userId },
      })
    },
    async receipt_ack() {
      const socket = await greet()
      const runId = await hold(socket)
      const deliveryId = DeliveryId.parse(newId())
      await openPusher(mara).push(['stopRun', { runId, deliveryId }])
      await socket.next('deliver')
      socket.send({ type: 'receipt', deliveryId, runId, state: 'done' })
      expect(await socket.next('receipt_ack')).toEqual({ type: 'receipt_ack', deliveryId })
      expect(await stateOf(deliveryId)).toBe('done')
    },
    async heartbeat_ack() {
      await isAlive(await greet())
    },
    async plan_answer() {
      const socket = await greet()
      const runId = await hold(socket)
      socket.send({
        type: 'plan_call',
        callId: 'one',
        runId,
        call: { tool: 'plan_create', markdown: '# Extract billing' },
      })
      expect(await socket.next('plan_answer')).toMatchObject({
        callId: 'one',
        answer: { ok: true, made: { title: 'Extract billing' } },
      })
    },
    async inspect_call() {
      const socket = await greet()
      const repositories = [{ url: 'https://git.example.test/a.git' }]
      const asking = mara.fetch('/api/v1/environments/inspect', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ repositories, host: 'devbox-04' }),
      })
      const { callId, repositories: asked } = await socket.next('inspect_call')
      expect(asked).toEqual(repositories)
      // Another runner is not heard, and who asked waits no longer than the one that was asked is there.
      const other = await greet()
      other.send({ ...samples.runnerUp.inspect_answer, callId })
      await isAlive(other)
      socket.send({ type: 'inspect_answer', callId, answer: { ok: false, text: 'It can’t be cloned.' } })
      const answered = await asking
      expect([answered.status, await answered.json()]).toMatchObject([409, { error: 'It can’t be cloned.' }])
    },
    async pulls_call() {
      const socket = await greet()
      const runId = await hold(socket)
      const url = 'https://github.com/acme/app/pull/7'
      const artifact = { id: samples.ids.artifact, kind: 'pull_request', title: '#7', url, at: 1 } as const
      emit(socket, runId, 3, { type: 'artifact', artifact })
      while ((await socket.next('ack')).seq < 3);
      const asking = mara.fetch(`/api/v1/runs/${runId}/pull_requests/refresh`, { method: 'POST' })
      const { callId, urls } = await socket.next('pulls_call')
      expect(urls).toEqual([url])
      socket.send({ type: 'pulls_answer', callId, pulls: [{ url, status: { state: 'merged' } }] })
      expect(await (await asking).json()).toEqual({ looked: 1, problems: [] })
    },
    async terminal_watch() {
      const { runner, runId } = await watched()
      expect(await runner.next('terminal_watch')).toEqual({ type: 'terminal_watch', runId, on: true, have: [] })
    },
    async terminal_ask() {
      const { runner, page, runId } = await watched()
      const ask = samples.terminalAsks.open
      page.send({ type: 'ask', at: 0, ask })
      expect(await runner.next('terminal_ask')).toMatchObject({
        runId,
        device,
        userId: mara.userId,
        name: 'Mara Lindqvist',
        ask,
      })
    },
    async terminal_ack() {
      const { runner, runId } = await watched()
      const { terminalId } = samples.runnerUp.terminal_output
      await runner.next('terminal_watch')
      runner.send({ ...samples.runnerUp.terminals, runId })
      runner.send({ ...samples.runnerUp.terminal_output, runId })
      // Nobody looks at this one, so all of it is read.
      expect(await runner.next('terminal_ack')).toEqual({ type: 'terminal_ack', runId, terminalId, offset: 2 })
    },
    async terminal_presence() {
      const { runner, page, runId } = await watched()
      expect(await runner.next('terminal_presence')).toEqual({ type: 'terminal_presence', runId, device, here: true })
      page.close()
      expect(await runner.next('terminal_presence')).toMatchObject({ here: false })
      expect(await runner.next('terminal_watch')).toMatchObject({ on: true })
      expect(await runner.next('terminal_watch')).toMatchObject({ on: false })
    },
    async drop() {
      const socket = await greet()
      socket.send(samples.runnerUp.claimed)
      expect(await socket.next('drop')).toEqual({ type: 'drop', runId: samples.ids.run })
    },
    async error() {
      const socket = await open()
      socket.send({ ...samples.runnerUp.hello, protocol: runnerProtocol + 1 })
      expect(await socket.next('error')).toMatchObject({ fatal: true, refusal: { code: 'protocol_too_old' } })
      expect((await socket.closed).reason).toMatch(/use the same version of Drover on both$/)
      expect(wrongLines()).toMatchObject([{ why: expect.stringMatching(/use the same version of Drover on both$/) }])
    },
  }

  test.each(Object.keys(scenes) as RunnerDown['type'][])('%s', async (type) => {
    await expect(scenes[type]()).resolves.toBeUndefined()
  })
})

const stateOf = async (deliveryId: string) =>
  (await world.database.query<{ state: string }>('select state from delivery where id = $1', [deliveryId]))[0]?.state

describe('a runner of another team', () => {
  test('learns and changes nothing of a run by its id', async () => {
    const owner = await greet()
    const runId = await hold(owner)
    const deliveryId = DeliveryId.parse(newId())
    await openPusher(mara).push(['stopRun', { runId, deliveryId }])
    await owner.next('deliver')

    const unknown = RunId.parse(newId())
    const hear = async (id: RunId, delivery: DeliveryId): Promise<unknown[]> => {
      const socket = await open(stranger.key)
      socket.send(hello(RunnerId.parse(newId()), [{ runId: id, turn: 1, lastSeq: 99, active: true }]))
      const { runs } = await socket.next('welcome')
      socket.send({ type: 'claimed', runId: id, turn: 1 })
      const claimed = await socket.next('drop')
      emit(socket, id, 3, { type: 'state', event: 'fail', turn: 1 })
      const told = await socket.next('drop')
      socket.send({ type: 'rejected', runId: id, turn: 1, reason: 'no' })
      socket.send({ type: 'receipt', deliveryId: delivery, runId: id, state: 'refused' })
      const receipt = await socket.next('receipt_ack')
      return [runs, claimed, told, receipt]
    }
    const same = (heard: unknown[], from: string, to: string) => JSON.stringify(heard).replaceAll(from, to)
    const about = await hear(runId, deliveryId)
    const nothing = await hear(unknown, deliveryId)
    expect(same(about, runId, unknown)).toBe(JSON.stringify(nothing))

    expect(await stateOf(deliveryId)).toBe('accepted')
    await isAlive(owner)
    owner.send({ type: 'receipt', deliveryId, runId, state: 'done' })
    await owner.next('receipt_ack')
    expect(await stateOf(deliveryId)).toBe('done')
  })

  test('can’t take the place of a runner by its id', async () => {
    const runnerId = RunnerId.parse(newId())
    const owner = await greet(undefined, runnerId)
    const other = await open(stranger.key)
    other.send(hello(runnerId))
    expect(await other.next('error')).toMatchObject({ fatal: true, refusal: { code: 'not_allowed' } })
    expect((await other.closed).reason).toMatch(/give it a data folder of its own/)
    await isAlive(owner)
  })
})

describe('a key', () => {
  test('is asked for; a wrong one is told once, however often it comes', async () => {
    const wrong = { authorization: `Bearer drv_${'x'.repeat(40)}` }
    for (const [headers, status] of [
      [{}, 401],
      [wrong, 401],
      [wrong, 401],
      [{ ...wrong, origin: 'https://evil.test' }, 403],
    ] as const)
      await expect(openRawSocket({ url: `${world.url}/api/runner/socket`, headers, down: RunnerDown })).rejects.toEqual(
        new Refused(status),
      )
    expect(lines.map(({ msg, status, path }) => [msg, status, path])).toEqual([
      ['a request was refused', 401, '/api/runner/socket'],
      ['a request was refused', 403, '/api/runner/socket'],
    ])
  })

  test('that is revoked ends its connections, also one that has not said hello, and no other', async () => {
    const issued = await mara.fetch(`/api/v1/teams/${mara.teamId}/runner-keys`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'To be revoked' }),
    })
    const { id, key } = await issued.json()
    const [greeted, silent, other] = [await greet(key), await open(key), await greet()]
    expect((await mara.fetch(`/api/v1/teams/${mara.teamId}/runner-keys/${id}`, { method: 'DELETE' })).status).toBe(200)
    for (const socket of [greeted, silent])
      expect(await socket.closed).toEqual({ code: 4400, reason: 'the agent key was revoked' })
    await isAlive(other)
    await expect(open(key)).rejects.toEqual(new Refused(401))
  })

  test('that was revoked while the database’s news were missed is found out', async () => {
    const issued = await world.server.auth.issueRunnerKey(mara.teamId, 'missed')
    const [socket, other] = [await greet(issued?.key), await greet()]
    // As another server process does whose news don't get through.
    await world.database.query('delete from apikey where id = $1', [issued?.id])
    await world.database.breakConnections()
    expect((await socket.closed).code).toBe(4400)
    await isAlive(other)
  })
})

test('an upgrade of what is no address, or of no socket, is refused and is no failure', async () => {
  for (const path of ['//', '/api/v1/me', '/api/sync/socket/', '/%'])
    await expect(openAt(path)).rejects.toMatchObject({ message: expect.stringMatching(/404/) })
  expect(lines.filter((line) => line.level >= levels.error)).toEqual([])
})

/** Past `ws`, which would not send such an address. */
function openAt(path: string): Promise<void> {
  const { port, hostname } = new URL(world.url)
  return new Promise((_resolve, reject) => {
    const socket = connect({ port: Number(port), host: hostname })
    socket.on('error', reject)
    socket.once('data', (data) => {
      reject(new Error(String(data).split('\r\n')[0]))
      socket.destroy()
    })
    socket.write(
      `GET ${path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
    )
  })
}
