import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { RunId } from '#shared/ids.ts'
import { BrowserDown, browserProtocol, maxUpFrameBytes, type BrowserUp } from '#shared/protocol/browser-socket.ts'
import { schemaVersion, type SpaceId } from '#shared/protocol/sync.ts'
import { frameText } from '#server/live/upgrade.ts'
import { newId, openWorld, type Person, type World } from '../world.ts'

let world: World
let mara: Person
const sockets: WebSocket[] = []
beforeEach(async () => {
  world = await openWorld()
  mara = await world.owner()
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate()
  await world.close()
})

async function connect(person = mara) {
  const socket = new WebSocket(`${world.url.replace('http', 'ws')}/api/sync/socket`, {
    headers: { cookie: person.cookie(), origin: world.url },
  })
  sockets.push(socket)
  const messages: BrowserDown[] = []
  const waiting = new Set<() => void>()
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  socket.on('message', (data) => {
    messages.push(BrowserDown.parse(JSON.parse(frameText(data))))
    for (const wake of waiting) wake()
  })
  await new Promise((resolve) => socket.once('open', resolve))
  return {
    socket,
    closed,
    raw: (text: string | Buffer) => socket.send(text),
    send: (message: BrowserUp) => socket.send(JSON.stringify(message)),
    next<T extends BrowserDown['type']>(type: T): Promise<Extract<BrowserDown, { type: T }>> {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no ${type}; came ${JSON.stringify(messages)}`)), 10_000)
        const look = (): void => {
          const at = messages.findIndex((message) => message.type === type)
          const [found] = at < 0 ? [] : messages.splice(at, 1)
          if (found === undefined) return
          clearTimeout(timer)
          waiting.delete(look)
          resolve(found as Extract<BrowserDown, { type: T }>)
        }
        waiting.add(look)
        look()
      })
    },
  }
}

const hello: BrowserUp = { type: 'hello', protocol: browserProtocol, schemaVersion, profileId: 'p' }

describe('a browser’s socket', () => {
  test('asks for hello first, and tells an old app to reload', async () => {
    const early = await connect()
    early.send({ type: 'ping', at: 1 })
    expect((await early.next('error')).refusal).toEqual({ code: 'invalid', detail: 'the first message must be hello' })
    early.send({ ...hello, protocol: 0 })
    expect((await early.next('reload')).reason).toBe('protocol')
    early.send({ ...hello, schemaVersion: 'old' })
    expect((await early.next('reload')).reason).toBe('schema')
    early.send(hello)
    expect(await early.next('welcome')).toMatchObject({ protocol: browserProtocol, userId: mara.userId })
  })

  test.each([
    ['no JSON', '{'],
    ['another type', '{"type":"nonsense"}'],
    ['a list', '[]'],
    ['a hostile space', '{"type":"subscribe","space":"team/../../etc","cookie":null}'],
    ['a wrong id', '{"type":"follow","runId":"1; drop table run"}'],
    ['a prototype', '{"__proto__":{"type":"hello"}}'],
  ])('answers %s with an error and goes on', async (_name, frame) => {
    const client = await connect()
    client.send(hello)
    await client.next('welcome')
    client.raw(frame)
    expect((await client.next('error')).refusal.code).toBe('invalid')
    client.send({ type: 'ping', at: 7 })
    expect((await client.next('pong')).at).toBe(7)
  })

  test('a binary frame is not understood, one that is too large ends the connection, and nobody else is harmed', async () => {
    const other = await connect()
    other.send(hello)
    await other.next('welcome')
    const client = await connect()
    client.raw(Buffer.from([0, 1, 2]))
    expect((await client.next('error')).refusal.code).toBe('invalid')
    client.raw(`"${'x'.repeat(maxUpFrameBytes)}"`)
    expect(await client.closed).toBe(1009)
    other.send({ type: 'ping', at: 1 })
    expect((await other.next('pong')).at).toBe(1)
  })

  test('another team’s space and run are not there', async () => {
    const client = await connect()
    client.send(hello)
    const space: SpaceId = 'team/somebody-else'
    client.send({ type: 'subscribe', space, cookie: null })
    expect(await client.next('gone')).toMatchObject({ space, refusal: { code: 'not_allowed' } })
    client.send({ type: 'follow', runId: RunId.parse(newId()) })
    expect((await client.next('error')).refusal.code).toBe('not_found')
  })

  test('a subscription says at once that the client is behind', async () => {
    const client = await connect()
    client.send(hello)
    const space: SpaceId = `team/${mara.teamId}`
    client.send({ type: 'subscribe', space, cookie: { order: 0, epoch: 'old' } })
    const behind = await client.next('behind')
    expect([behind.space, behind.version > 0]).toEqual([space, true])
  })

  test('a space that is subscribed again is told again', async () => {
    const jonas = await world.invite(mara, 'member')
    const client = await connect(jonas)
    client.send(hello)
    const space: SpaceId = `team/${mara.teamId}`
    client.send({ type: 'subscribe', space, cookie: null })
    await client.next('behind')
    client.send({ type: 'subscribe', space, cookie: null })
    expect((await client.next('behind')).space).toBe(space)
  })

  test('ends when its person is removed from the team, with a code that says why', async () => {
    const jonas = await world.invite(mara, 'member')
    const client = await connect(jonas)
    client.send(hello)
    await client.next('welcome')
    const removed = await mara.fetch(`/api/v1/teams/${mara.teamId}/members/${jonas.userId}`, { method: 'DELETE' })
    expect(removed.status).toBe(200)
    expect(await client.closed).toBe(4001)
  })
})
