import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { RunId } from '#shared/ids.ts'
import {
  BrowserDown,
  BrowserUp,
  browserProtocol,
  maxAnswerUnits,
  maxUpFrameBytes,
} from '#shared/protocol/browser-socket.ts'
import { runSpace, schemaVersion, teamSpace } from '#shared/protocol/sync.ts'
import { EntryId } from '#shared/ids.ts'
import { boundedText, headLimit } from '#shared/domain/bounded-text.ts'
import { connectScriptedRunner, type ScriptedRunner } from '../fakes/scripted-runner.ts'
import { enterPlan, openPlanDevice } from '../plan-world.ts'
import { newId, openWorld, type Person, type World } from '../world.ts'
import { collectLog, levels } from './log-lines.ts'
import { spoil, withUnknownKeys } from './malformed.ts'
import { newRun, openPusher, openStranger } from './people.ts'
import { openRawSocket, Refused, type RawSocket } from './raw-socket.ts'
import * as samples from './samples.ts'

let world: World
let mara: Person
let jonas: Person
let stranger: Person
let runner: ScriptedRunner
/** Runs at the scripted runner. */
let runId: RunId
const { log, lines } = collectLog()
const sockets: RawSocket<BrowserDown>[] = []

beforeAll(async () => {
  world = await openWorld({ log, sessionCheckMs: 300 })
  mara = await world.owner()
  jonas = await world.invite(mara, 'member')
  stranger = await openStranger(world)
  runner = await connectScriptedRunner({ url: world.url, key: await world.runnerKey() })
  const run = newRun()
  runId = run.runId
  await openPusher(mara).push(['createRun', run])
  await runner.next('assign')
  runner.send({ type: 'claimed', runId, turn: 1 })
  runner.emit(runId, { type: 'state', event: 'claim', turn: 1 }, { type: 'state', event: 'start', turn: 1 })
  await runner.next('ack')
})
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close()
  lines.length = 0
})
afterAll(async () => {
  runner.close()
  await world.close()
})

async function open(person = mara): Promise<RawSocket<BrowserDown>> {
  const socket = await openRawSocket({
    url: `${world.url}/api/sync/socket`,
    headers: { cookie: person.cookie(), origin: world.url },
    down: BrowserDown,
  })
  sockets.push(socket)
  return socket
}

async function greet(person = mara): Promise<RawSocket<BrowserDown>> {
  const socket = await open(person)
  socket.send(samples.browserUp.hello)
  await socket.next('welcome')
  return socket
}

async function isAlive(socket: RawSocket<BrowserDown>, at = 1): Promise<void> {
  socket.send({ type: 'ping', at })
  expect((await socket.next('pong')).at).toBe(at)
}

const wrongLines = () => lines.filter((line) => line.level >= levels.warn)

describe('what a browser says', () => {
  /** What the server does with each, seen from the browser. */
  const heard: Record<BrowserUp['type'], (socket: RawSocket<BrowserDown>) => Promise<unknown>> = {
    hello: (socket) => socket.next('welcome'),
    subscribe: (socket) => socket.next('gone'),
    unsubscribe: (socket) => isAlive(socket),
    follow: (socket) => socket.next('error'),
    unfollow: (socket) => isAlive(socket),
    presence: (socket) => isAlive(socket),
    push: (socket) => socket.next('answer'),
    pull: (socket) => socket.next('answer'),
    ping: (socket) => socket.next('pong'),
  }

  test.each(Object.values(samples.browserUp))('$type is taken, with keys that it does not know', async (message) => {
    const socket = await greet()
    socket.send(Object(withUnknownKeys(BrowserUp, message)))
    await heard[message.type](socket)
    socket.send({ type: 'ping', at: 2 })
    expect((await socket.next('pong')).at).toBe(2)
  })

  test.each(Object.values(samples.browserUp))(
    'a $type that lacks something or is wrong is refused, told once, and harms nobody',
    async (message) => {
      const [socket, other] = [await greet(), await greet(jonas)]
      const spoiled = spoil(BrowserUp, message)
      for (const { value } of spoiled) {
        socket.raw(JSON.stringify(value))
        expect((await socket.next('error')).refusal).toEqual({
          code: 'invalid',
          detail: 'this message is not understood',
        })
      }
      await isAlive(socket)
      await isAlive(other)
      expect(wrongLines()).toMatchObject([
        { level: levels.warn, msg: 'a browser’s message was refused', user: mara.userId },
      ])
    },
  )

  test.each([
    ['more bytes than a frame may have', 'ä'.repeat(maxUpFrameBytes / 2 + 1)],
    ['more bytes than any frame may have', 'x'.repeat(2_000_001)],
  ])('%s end the connection, and are told once', async (_what, text) => {
    const [socket, other] = [await greet(), await greet(jonas)]
    socket.raw(text)
    expect((await socket.closed).code).toBe(1009)
    await isAlive(other)
    expect(wrongLines()).toMatchObject([{ user: mara.userId }])
  })

  test('a flood is ended, and told once', async () => {
    const [socket, other] = [await greet(), await greet(jonas)]
    const question = JSON.stringify({ type: 'subscribe', space: teamSpace(mara.teamId), cookie: null })
    for (let n = 0; n < 1_000; n++) socket.raw(question)
    expect((await socket.closed).code).toBe(1009)
    await isAlive(other)
    expect(wrongLines()).toHaveLength(1)
  })

  test('text that is no UTF-8 ends the connection and nothing else', async () => {
    const [socket, other] = [await greet(), await greet(jonas)]
    socket.socket.send(Buffer.from([0xc3, 0x28]), { binary: false })
    expect((await socket.closed).code).toBe(1007)
    await isAlive(other)
    expect(wrongLines()).toHaveLength(1)
  })
})

describe('what a browser hears', () => {
  /** How each comes about on a real server; `openRawSocket` holds it to the schema. */
  const scenes: Record<BrowserDown['type'], () => Promise<void>> = {
    async welcome() {
      const socket = await open()
      socket.send(samples.browserUp.hello)
      expect(await socket.next('welcome')).toMatchObject({ protocol: browserProtocol, userId: mara.userId })
    },
    async reload() {
      const socket = await open()
      socket.send({ ...samples.browserUp.hello, schemaVersion: 'other' })
      expect((await socket.next('reload')).reason).toBe('schema')
      socket.send({ ...samples.browserUp.hello, protocol: browserProtocol + 1 })
      expect((await socket.next('reload')).reason).toBe('protocol')
    },
    async poke() {
      const socket = await greet()
      const space = teamSpace(mara.teamId)
      socket.send({ type: 'subscribe', space, cookie: null })
      const { version } = await socket.next('behind')
      const device = openPusher(jonas)
      await device.push(['renameRun', { runId, title: 'Poked' }])
      const poke = await socket.next('poke')
      expect(poke).toMatchObject({
        space,
        base: version,
        version: version + 1,
        patch: [{ op: 'put', key: `run/${runId}`, value: { title: 'Poked' } }],
      })
      expect(Object.keys(poke.mutations)).toEqual([device.group])
    },
    async behind() {
      const socket = await greet()
      const space = teamSpace(mara.teamId)
      socket.send({ type: 'subscribe', space, cookie: { order: 0, epoch: 'old' } })
      expect((await socket.next('behind')).space).toBe(space)
    },
    async gone() {
      const socket = await greet()
      socket.send(samples.browserUp.subscribe)
      expect((await socket.next('gone')).refusal.code).toBe('not_allowed')
    },
    async live_state() {
      const socket = await greet()
      socket.send({ type: 'follow', runId })
      expect((await socket.next('live_state')).runId).toBe(runId)
    },
    async live() {
      const socket = await greet()
      socket.send({ type: 'follow', runId })
      await socket.next('live_state')
      const entryId = EntryId.parse('live')
      const body = { kind: 'message', text: boundedText(''), done: false } as const
      runner.emit(runId, { type: 'entry', entry: { id: entryId, n: 1, at: 1, turn: 1, body } })
      expect((await socket.next('live_state')).entries.map(({ id }) => id)).toEqual([entryId])
      runner.emit(runId, { type: 'delta', entryId, field: 'text', offset: 0, text: 'Hello' })
      expect((await socket.next('live')).deltas).toEqual([{ entryId, field: 'text', offset: 0, text: 'Hello' }])
    },
    async presence() {
      const socket = await greet()
      socket.send({ type: 'follow', runId })
      expect((await socket.next('presence')).people).toEqual([])
      socket.send({ type: 'presence', runId, visible: true, typing: true })
      expect((await socket.next('presence')).people).toEqual([{ userId: mara.userId, typing: true }])
      socket.close()
      // After a break, what a tab says of itself may come before what it follows.
      const again = await greet()
      again.send({ type: 'presence', runId, visible: true })
      again.send({ type: 'follow', runId })
      const people = [{ userId: mara.userId, typing: false }]
      await vi.waitFor(async () => expect((await again.next('presence')).people).toEqual(people))
    },
    async plan_participants() {
      const socket = await greet()
      socket.send({ type: 'subscribe', space: teamSpace(mara.teamId), cookie: null })
      expect(await socket.next('plan_participants')).toEqual({ type: 'plan_participants', whole: true, plans: [] })
      const planId = await openPlanDevice(mara).createPlan()
      const device = enterPlan(world, jonas, planId)
      try {
        await device.synced()
        device.provider.awareness.setLocalStateField('user', { userId: jonas.userId, name: 'Jonas' })
        const plans = [{ planId, participants: [{ userId: jonas.userId }], more: 0 }]
        expect(await socket.next('plan_participants')).toEqual({ type: 'plan_participants', whole: false, plans })
        // Who comes later hears of it at once; another team never.
        const [late, other] = [await greet(jonas), await greet(stranger)]
        other.send({ type: 'subscribe', space: teamSpace(stranger.teamId), cookie: null })
        other.send({ type: 'subscribe', space: teamSpace(mara.teamId), cookie: null })
        late.send({ type: 'subscribe', space: teamSpace(mara.teamId), cookie: null })
        expect(await late.next('plan_participants')).toEqual({ type: 'plan_participants', whole: true, plans })
        expect(await other.next('plan_participants')).toEqual({ type: 'plan_participants', whole: true, plans: [] })
        expect((await other.next('gone')).space).toBe(teamSpace(mara.teamId))
      } finally {
        device.close()
      }
      expect((await socket.next('plan_participants')).plans).toEqual([{ planId, participants: [], more: 0 }])
    },
    async answer() {
      const socket = await greet()
      const device = openPusher(mara)
      const body = device.pushBody(['renameRun', { runId, title: 'Pushed' }])
      socket.send({ type: 'push', id: 'mine', space: teamSpace(mara.teamId), body })
      expect(await socket.next('answer')).toEqual({ type: 'answer', id: 'mine', status: 200, body: {} })
      expect(await device.taken()).toBe(1)
    },
    async use_http() {
      const socket = await greet()
      const body = { kind: 'message', text: boundedText('x'.repeat(headLimit)), done: true } as const
      for (let n = 2; n <= 2 + maxAnswerUnits / headLimit; n++) {
        runner.emit(runId, { type: 'entry', entry: { id: EntryId.parse(newId()), n, at: 1, turn: 1, body } })
        await runner.next('ack')
      }
      socket.send({ ...samples.browserUp.pull, space: runSpace(runId), body: { ...samples.pull, cookie: null } })
      expect(await socket.next('use_http')).toEqual({ type: 'use_http', id: samples.browserUp.pull.id })
    },
    async pong() {
      await isAlive(await greet())
    },
    async error() {
      const socket = await open()
      socket.send({ type: 'ping', at: 1 })
      expect((await socket.next('error')).refusal).toEqual({
        code: 'invalid',
        detail: 'the first message must be hello',
      })
    },
  }

  test.each(Object.keys(scenes) as BrowserDown['type'][])('%s', async (type) => {
    await expect(scenes[type]()).resolves.toBeUndefined()
  })
})

describe('another team', () => {
  test('has spaces and runs that can’t be told from unknown ones', async () => {
    const socket = await greet(stranger)
    const answers = async (space: string) => {
      socket.send({ type: 'subscribe', space, cookie: null })
      const { space: _space, ...answer } = await socket.next('gone')
      return answer
    }
    expect(await answers(teamSpace(mara.teamId))).toEqual(await answers('team/unknown'))
    expect(await answers(runSpace(runId))).toEqual(await answers(runSpace(RunId.parse(newId()))))
    const follow = async (id: RunId) => {
      socket.send({ type: 'follow', runId: id })
      return await socket.next('error')
    }
    expect(await follow(runId)).toEqual(await follow(RunId.parse(newId())))
    await isAlive(socket)
  })

  test('hears nothing of what was refused to it', async () => {
    const socket = await greet(stranger)
    socket.send({ type: 'subscribe', space: teamSpace(mara.teamId), cookie: null })
    await socket.next('gone')
    socket.send({ type: 'presence', runId, visible: true })
    const witness = await greet()
    witness.send({ type: 'subscribe', space: teamSpace(mara.teamId), cookie: null })
    await witness.next('behind')
    await openPusher(jonas).push(['renameRun', { runId, title: 'Not for strangers' }])
    await witness.next('poke')
    await isAlive(socket)
    const poked = await Promise.race([socket.next('poke'), isAlive(socket, 2).then(() => undefined)])
    expect(poked).toBeUndefined()
  })
})

describe('the right to be here', () => {
  test.each([
    ['no session', () => ({ origin: world.url }), 401],
    [
      'a wrong session',
      () => ({ origin: world.url, cookie: mara.cookie().replace('session_token=', 'session_token=x') }),
      401,
    ],
    ['no origin', () => ({ cookie: mara.cookie() }), 403],
    ['another origin', () => ({ cookie: mara.cookie(), origin: 'https://evil.test' }), 403],
    ['another host', () => ({ cookie: mara.cookie(), origin: world.url, host: 'evil.test' }), 403],
  ] as const)('is asked for: %s', async (_what, headers, status) => {
    const opening = openRawSocket({ url: `${world.url}/api/sync/socket`, headers: headers(), down: BrowserDown })
    await expect(opening).rejects.toEqual(new Refused(status))
  })

  test('ends with the session, at once', async () => {
    const person = await world.invite(mara, 'viewer')
    const [socket, other] = [await greet(person), await greet()]
    expect((await person.fetch('/api/v1/auth/sign-out', { method: 'POST' })).status).toBe(200)
    expect(await socket.closed).toEqual({ code: 4001, reason: 'this device was signed out' })
    await isAlive(other)
  })

  test('ends with the session that ends by time', async () => {
    const person = await world.invite(mara, 'viewer')
    const [socket, other] = [await greet(person), await greet()]
    await world.database.query('update session set expires_at = $2 where user_id = $1', [
      person.userId,
      new Date(Date.now() - 1),
    ])
    expect(await socket.closed).toEqual({ code: 4001, reason: 'sign in again' })
    await isAlive(other)
  })

  test('is told as an old protocol while the queue is still taken', async () => {
    const socket = await open()
    socket.send({ ...samples.browserUp.hello, schemaVersion: `${schemaVersion}-old` })
    await socket.next('reload')
    const device = openPusher(mara, `${schemaVersion}-old`)
    const answer = await device.push(['renameRun', { runId, title: 'From an old app' }])
    expect(await answer.json()).toEqual({ error: 'VersionNotSupported', versionType: 'schema' })
    expect(await device.taken()).toBe(1)
  })
})
