import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { maxUpFrameBytes, type BrowserDown, type BrowserUp } from '#shared/protocol/browser-socket.ts'
import { schemaVersion, type SpaceId } from '#shared/protocol/sync.ts'
import type { Link, LinkState } from './socket-link.ts'
import { createSocketRequests } from './socket-requests.ts'

const space: SpaceId = 'team/t'
const body = (text = '') => ({
  pushVersion: 1,
  profileID: 'p',
  clientGroupID: 'g',
  mutations: [{ clientID: 'c', id: 1, name: 'n', args: text, timestamp: 0 }],
  schemaVersion,
})

/** A link whose other end is the test. */
function openLink(state: LinkState = 'open') {
  const states = new Set<(state: LinkState) => void>()
  const messages = new Set<(message: BrowserDown) => void>()
  const sent: BrowserUp[] = []
  let probes = 0
  const link: Link = {
    send: (message) => void sent.push(message),
    onState(listener) {
      states.add(listener)
      listener(state)
      return () => states.delete(listener)
    },
    onMessage(listener) {
      messages.add(listener)
      return () => messages.delete(listener)
    },
    probe: () => void probes++,
    suspend: () => undefined,
    close: () => undefined,
  }
  let ids = 0
  return {
    sent,
    probes: () => probes,
    tell: (next: LinkState) => states.forEach((listener) => listener(next)),
    hear: (message: BrowserDown) => messages.forEach((listener) => listener(message)),
    requests: createSocketRequests({ link, newId: () => `id-${++ids}` }),
  }
}

const answered = (id: string, status = 200): BrowserDown => ({ type: 'answer', id, status, body: {} })

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a push is answered with its own answer, and never with that of another tab', async () => {
  const { requests, hear, sent } = openLink()
  const [first, second] = [requests.ask('push', space, body()), requests.ask('push', space, body())]
  await vi.advanceTimersByTimeAsync(0)
  hear(answered('of another tab', 500))
  hear(answered('id-2', 403))
  hear(answered('id-1'))
  expect(await Promise.all([first, second])).toEqual([
    { status: 200, body: {} },
    { status: 403, body: {} },
  ])
  expect(sent).toEqual([
    { type: 'push', id: 'id-1', space, body: body() },
    { type: 'push', id: 'id-2', space, body: body() },
  ])
})

test.each(['connecting', 'closed'] as const)('nothing goes over a socket that is %s', async (state) => {
  const { requests, sent } = openLink(state)
  expect(await requests.ask('push', space, body())).toBeUndefined()
  expect(sent).toEqual([])
})

test.each(['connecting', 'closed'] as const)(
  'what is under way is given up at once when the socket is %s',
  async (state) => {
    const { requests, tell, hear, sent } = openLink()
    const under = requests.ask('push', space, body())
    tell(state)
    expect(await under).toBeUndefined()
    tell('open')
    hear(answered('id-1'))
    const next = requests.ask('push', space, body())
    hear(answered('id-2'))
    expect(await next).toEqual({ status: 200, body: {} })
    expect(sent).toHaveLength(2)
  },
)

test('a socket that falls silent is probed, and left alone until it is heard again', async () => {
  const { requests, hear, sent, probes } = openLink()
  const unanswered = requests.ask('push', space, body())
  await vi.runAllTimersAsync()
  expect(await unanswered).toBeUndefined()
  expect(probes()).toBe(1)
  expect(await requests.ask('push', space, body())).toBeUndefined()
  expect(sent).toHaveLength(1)
  hear({ type: 'pong', at: 0, serverAt: 0 })
  const next = requests.ask('push', space, body())
  hear(answered('id-2'))
  expect(await next).toEqual({ status: 200, body: {} })
  expect(vi.getTimerCount()).toBe(0)
})

test('a push that fills a frame goes, and one byte more does not', async () => {
  const { requests, sent } = openLink()
  const empty = JSON.stringify({ type: 'push', id: 'id-1', space, body: body() }).length
  const room = maxUpFrameBytes - empty
  void requests.ask('push', space, body('ä'.repeat(room / 2) + 'x'.repeat(room % 2)))
  await vi.advanceTimersByTimeAsync(0)
  expect(sent.map((message) => Buffer.byteLength(JSON.stringify(message)))).toEqual([maxUpFrameBytes])
  expect(await requests.ask('push', space, body('ä'.repeat(room / 2) + 'x'.repeat((room % 2) + 1)))).toBeUndefined()
  expect(sent).toHaveLength(1)
  requests.close()
})

test('what is under way when the page closes has no answer, and leaves no timer', async () => {
  const { requests, hear } = openLink()
  const under = requests.ask('push', space, body())
  await vi.advanceTimersByTimeAsync(0)
  requests.close()
  hear(answered('id-1'))
  expect(await under).toBeUndefined()
  expect(await requests.ask('push', space, body())).toBeUndefined()
  expect(vi.getTimerCount()).toBe(0)
})

test('a pull goes as a push does, and one whose answer is too long has none', async () => {
  const { requests, hear, sent } = openLink()
  const asked = { pullVersion: 1, profileID: 'p', clientGroupID: 'g', cookie: null, schemaVersion }
  const [short, long] = [requests.ask('pull', space, asked), requests.ask('pull', space, asked)]
  await vi.advanceTimersByTimeAsync(0)
  hear({ type: 'use_http', id: 'id-2' })
  hear(answered('id-1'))
  expect(await Promise.all([short, long])).toEqual([{ status: 200, body: {} }, undefined])
  expect(sent[0]).toEqual({ type: 'pull', id: 'id-1', space, body: asked })
  expect(vi.getTimerCount()).toBe(0)
})
