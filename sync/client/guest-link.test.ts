import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { RunId } from '#shared/ids.ts'
import type { SharedAnswer, SharedEvent, SharedView } from '#shared/protocol/shared-run.ts'
import { openGuestLink, type GuestLink, type GuestState } from './guest-link.ts'
import { RefusedError, UnreachableError } from './workspace.ts'

const runId = RunId.parse('01900000-0000-7000-8000-000000000001')
const view: SharedView = { you: { access: 'view' }, sharedBy: 'Mara', people: [], rows: [] }
const json = (status: number, body: object): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })

/** A server whose answers a test sets; its stream is written to by hand. */
function serve() {
  const server = {
    answer: (): Response | Promise<Response> => json(200, view satisfies SharedAnswer),
    live: undefined as (() => Response) | undefined,
    posted: (): Response | Promise<Response> => json(200, {}),
    loads: 0,
    stream: undefined as ReadableStreamDefaultController<Uint8Array> | undefined,
    say(event: SharedEvent, cut?: number): void {
      const bytes = new TextEncoder().encode(`data: ${JSON.stringify(event)}\n\n`)
      server.stream?.enqueue(bytes.slice(0, cut))
      if (cut !== undefined) server.stream?.enqueue(bytes.slice(cut))
    },
  }
  const doFetch: typeof fetch = async (input, init) => {
    if (init?.method === 'POST') return server.posted()
    if (typeof input !== 'string' || !input.endsWith('/live')) {
      server.loads++
      return server.answer()
    }
    if (server.live !== undefined) return server.live()
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (server.stream = controller) })
    init?.signal?.addEventListener('abort', () => server.stream?.error(new Error('aborted')))
    return new Response(body)
  }
  return { server, doFetch }
}

let link: GuestLink | undefined
beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  link?.close()
  vi.useRealTimers()
})

async function open() {
  const { server, doFetch } = serve()
  const states: GuestState[] = []
  const events: SharedEvent[] = []
  const views: SharedView[] = []
  const start = async () => {
    link = openGuestLink({
      runId,
      secret: 's',
      baseUrl: 'http://drover.test',
      fetch: doFetch,
      onView: (one) => void views.push(one),
      onEvent: (one) => void events.push(one),
    })
    link.subscribe((state) => void states.push(state))
    await settle()
    return link
  }
  return { server, states, events, views, start, last: () => states.at(-1) }
}
const settle = () => vi.advanceTimersByTimeAsync(0)

test('everything comes first, then what changes, also in pieces', async () => {
  const on = await open()
  await on.start()
  expect(on.last()).toEqual({
    type: 'open',
    you: { access: 'view' },
    sharedBy: 'Mara',
    agent: undefined,
    following: 'live',
  })
  on.server.say({ type: 'rows', rows: [{ op: 'del', key: 'files' }], people: [] }, 17)
  on.server.say({ type: 'you', you: { access: 'steer' } })
  await settle()
  expect(on.events).toEqual([{ type: 'rows', rows: [{ op: 'del', key: 'files' }], people: [] }])
  expect(on.last()).toMatchObject({ you: { access: 'steer' } })
})

test('an end is asked about, and told apart from a link that never opened anything', async () => {
  const on = await open()
  await on.start()
  on.server.answer = () => json(404, { error: 'no' })
  on.server.say({ type: 'ended' })
  await settle()
  await settle()
  expect(on.last()).toEqual({ type: 'none', before: true })

  const lost = await open()
  lost.server.answer = () => json(404, { error: 'no' })
  await lost.start()
  expect(lost.last()).toEqual({ type: 'none', before: false })
})

test('a break keeps what is shown and says so; the next try brings everything anew', async () => {
  const on = await open()
  await on.start()
  on.server.answer = () => Promise.reject(new TypeError('network'))
  on.server.stream?.error(new Error('cut'))
  await settle()
  expect(on.last()).toMatchObject({ type: 'open', following: 'offline' })
  const tries = on.server.loads
  await vi.advanceTimersByTimeAsync(500)
  expect(on.server.loads).toBe(tries + 1)
  on.server.answer = () => json(200, view)
  link?.retry()
  await settle()
  expect(on.last()).toMatchObject({ type: 'open', following: 'live' })
  expect(on.views).toHaveLength(2)
})

test('a stream that falls silent is taken for dead', async () => {
  const on = await open()
  await on.start()
  on.server.say({ type: 'ping', at: 1 })
  await settle()
  on.server.answer = () => Promise.reject(new TypeError('network'))
  await vi.advanceTimersByTimeAsync(41_000)
  expect(on.last()).toMatchObject({ type: 'open', following: 'offline' })
})

test('where there is no room for a stream, or something holds it back, changes are asked for now and then', async () => {
  const full = await open()
  full.server.live = () => json(429, { error: 'full' })
  await full.start()
  expect(full.last()).toMatchObject({ type: 'open', following: 'slow' })
  await vi.advanceTimersByTimeAsync(20_000)
  expect(full.server.loads).toBe(2)
  link?.close()

  const held = await open()
  await held.start()
  await vi.advanceTimersByTimeAsync(15_000)
  expect(held.last()).toMatchObject({ type: 'open', following: 'slow' })
})

test('who waits at the gate is let in without pressing anything', async () => {
  const on = await open()
  on.server.answer = () => json(200, { gate: 'not_named', email: 'lena@example.test', asked: 'view' })
  await on.start()
  expect(on.last()).toMatchObject({ type: 'gate', gate: { gate: 'not_named', asked: 'view' } })
  on.server.answer = () => json(200, view)
  await vi.advanceTimersByTimeAsync(5_000)
  expect(on.last()).toMatchObject({ type: 'open' })
})

test('an answer that is none of ours is trouble, and tried again', async () => {
  const on = await open()
  on.server.answer = () => new Response('<html>sign in to this network</html>')
  await on.start()
  expect(on.last()).toEqual({ type: 'trouble', error: undefined })
  on.server.answer = () => json(429, { error: 'Too many tries. Wait 60 s, then try again.' })
  await vi.advanceTimersByTimeAsync(500)
  expect(on.last()).toEqual({ type: 'trouble', error: 'Too many tries. Wait 60 s, then try again.' })
})

test('what is done is refused in words, or not known to be done', async () => {
  const on = await open()
  const guest = await on.start()
  on.server.posted = () => json(409, { error: 'x', refusal: { code: 'stale' } })
  await expect(guest.post('/stop', {})).rejects.toThrow(RefusedError)
  on.server.posted = () => Promise.reject(new TypeError('network'))
  await expect(guest.post('/stop', {})).rejects.toThrow(UnreachableError)
  on.server.posted = () => json(503, { error: 'The database is away.' })
  await expect(guest.post('/stop', {})).rejects.toThrow(UnreachableError)
})
