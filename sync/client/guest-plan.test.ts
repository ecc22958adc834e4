import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { PlanId } from '#shared/ids.ts'
import { guestTokenHeader, type SharedPlanEvent, type SharedPlanView } from '#shared/protocol/shared-plan.ts'
import { openGuestPlan, type GuestPlanLink, type GuestPlanState } from './guest-plan.ts'
import { RefusedError, UnreachableError } from './workspace.ts'

const planId = PlanId.parse('01900000-0000-7000-8000-000000000001')
const view: SharedPlanView = {
  access: 'view',
  sharedBy: 'Mara',
  title: 'Extract billing',
  state: 'draft',
  updatedAt: 1,
  tag: '1',
  markdown: '# Extract billing\n',
  comments: [],
}
const json = (status: number, body: object): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })

/** A server whose answers a test sets; its stream is written to by hand. */
function serve() {
  const server = {
    answer: (_url: string): Response | Promise<Response> => json(200, view),
    live: undefined as (() => Response) | undefined,
    sent: (): Response | Promise<Response> => json(200, {}),
    asked: [] as string[],
    tokens: [] as (string | null)[],
    stream: undefined as ReadableStreamDefaultController<Uint8Array> | undefined,
    say: (event: SharedPlanEvent): void =>
      server.stream?.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(event)}\n\n`)),
  }
  const doFetch: typeof fetch = async (input, init) => {
    const url = typeof input === 'string' ? input : ''
    server.tokens.push(new Headers(init?.headers).get(guestTokenHeader))
    if (init?.method !== undefined) return server.sent()
    if (!url.endsWith('/live')) {
      server.asked.push(url)
      return server.answer(url)
    }
    if (server.live !== undefined) return server.live()
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (server.stream = controller) })
    init?.signal?.addEventListener('abort', () => server.stream?.error(new Error('aborted')))
    return new Response(body)
  }
  return { server, doFetch }
}

let link: GuestPlanLink | undefined
beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  link?.close()
  vi.useRealTimers()
})

async function open(token?: string) {
  const { server, doFetch } = serve()
  const states: GuestPlanState[] = []
  const opened = openGuestPlan({
    planId,
    secret: 's',
    baseUrl: 'http://drover.test',
    fetch: doFetch,
    token: async () => token,
  })
  link = opened
  opened.subscribe((state) => void states.push(state))
  await vi.advanceTimersByTimeAsync(0)
  const last = () => states.at(-1)
  const plan = () => {
    const now = last()
    return now?.type === 'open' ? now.plan : undefined
  }
  return { server, link: opened, states, last, plan }
}

test('what is new is asked for once, with the text that is at hand, which stays where it is the same', async () => {
  const { server, plan } = await open()
  expect(plan()?.markdown).toBe('# Extract billing\n')
  const { markdown: _markdown, ...rest } = view
  server.answer = () => json(200, { ...rest, state: 'approved' })
  for (let n = 0; n < 5; n++) server.say({ type: 'changed' })
  await vi.advanceTimersByTimeAsync(1_000)
  expect(server.asked).toHaveLength(2)
  expect(server.asked[1]).toMatch(/\?have=1$/)
  expect(plan()).toMatchObject({ state: 'approved', markdown: '# Extract billing\n' })
})

test('an answer that comes late does not take back a newer one', async () => {
  const { server, plan } = await open()
  const slow = Promise.withResolvers<Response>()
  server.answer = () => slow.promise
  server.say({ type: 'changed' })
  await vi.advanceTimersByTimeAsync(500)
  server.answer = () => json(200, { ...view, tag: '3', markdown: 'third' })
  server.say({ type: 'changed' })
  await vi.advanceTimersByTimeAsync(500)
  slow.resolve(json(200, { ...view, tag: '2', markdown: 'second' }))
  await vi.advanceTimersByTimeAsync(500)
  expect(plan()?.markdown).toBe('third')
})

test('the end of sharing is told as one that was open; a wrong link as one that was not', async () => {
  const { server, last } = await open()
  server.answer = () => json(404, { error: 'none', refusal: { code: 'not_found' } })
  server.say({ type: 'ended' })
  await vi.advanceTimersByTimeAsync(10)
  expect(last()).toEqual({ type: 'none', before: true })
})

test('without a network the plan stays as it was, and comes anew when it is back', async () => {
  const { server, last, plan } = await open()
  server.answer = () => Promise.reject(new TypeError('Failed to fetch'))
  server.stream?.error(new Error('cut'))
  await vi.advanceTimersByTimeAsync(3_000)
  expect(last()).toMatchObject({ type: 'open', following: 'offline' })
  server.answer = () => json(200, { ...view, tag: '2', markdown: 'back' })
  await vi.advanceTimersByTimeAsync(12_000)
  server.say({ type: 'changed' })
  await vi.advanceTimersByTimeAsync(500)
  expect(last()).toMatchObject({ type: 'open', following: 'live' })
  expect(plan()?.markdown).toBe('back')
})

test('of too many readers the later ones ask now and then', async () => {
  const { server, doFetch } = serve()
  server.live = () => json(429, { error: 'full' })
  const states: GuestPlanState[] = []
  link = openGuestPlan({ planId, secret: 's', baseUrl: '', fetch: doFetch, token: async () => undefined })
  link.subscribe((state) => void states.push(state))
  await vi.advanceTimersByTimeAsync(45_000)
  expect(states.at(-1)).toMatchObject({ type: 'open', following: 'slow' })
  expect(server.asked.length).toBeGreaterThan(1)
})

test('a guest says with each request what makes it theirs, and hears whether it was taken', async () => {
  const { server, link: opened } = await open('t'.repeat(43))
  await opened.send('POST', '/comments', { text: 'x' })
  expect(new Set(server.tokens)).toEqual(new Set(['t'.repeat(43)]))
  server.sent = () => json(403, { error: 'no', refusal: { code: 'not_allowed', detail: 'read only' } })
  await expect(opened.send('DELETE', '/comments/1')).rejects.toThrow(RefusedError)
  // Too fast, a server in trouble, and no answer at all: nothing is known of it, so it goes again.
  for (const sent of [
    () => json(429, { error: 'slow', refusal: { code: 'rate_limited' } }),
    () => json(500, { error: 'oh', refusal: { code: 'internal' } }),
    () => Promise.reject(new TypeError('Failed to fetch')),
  ]) {
    server.sent = sent
    await expect(opened.send('PUT', '/comments/1', { text: 'y' })).rejects.toThrow(UnreachableError)
  }
})
