import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Json } from '#shared/json.ts'
import type { BrowserDown } from '#shared/protocol/browser-socket.ts'
import { UserId } from '#shared/ids.ts'
import { PullRequest, type PatchOperation, type SpaceId } from '#shared/protocol/sync.ts'
import { createSpaceCache, type SpaceCache } from './space-cache.ts'
import type { Failure } from './status.ts'

const space: SpaceId = 'team/t'
type Poke = Extract<BrowserDown, { type: 'poke' }>

/** A server of one space in memory: every version writes one row, and a pull brings what is newer than its cookie. */
function createServer() {
  const log: { version: number; key: string; value: Json }[] = []
  const server = {
    pulls: 0,
    failing: 0,
    hold: undefined as Promise<void> | undefined,
    version: () => log.length,
    write(key: string, value: Json): Poke {
      const version = log.length + 1
      log.push({ version, key, value })
      return poke(version - 1, version)
    },
    fetch: (async (input: unknown, init?: RequestInit) => {
      server.pulls++
      if (server.failing > 0) return new Response('down', { status: server.failing })
      const { cookie } = PullRequest.parse(await new Request(input as string, init).json())
      const since = cookie?.order ?? 0
      const patch: PatchOperation[] = log
        .filter((one) => one.version > since)
        .map(({ key, value }) => ({ op: 'put', key, value }))
      const body = {
        cookie: { order: log.length, epoch: 'e' },
        lastMutationIDChanges: {},
        patch: cookie === null ? [{ op: 'clear' }, ...patch] : patch,
        more: false,
      }
      await server.hold
      return Response.json(body)
    }) as typeof fetch,
  }
  const poke = (base: number, version: number): Poke => ({
    type: 'poke',
    space,
    base,
    version,
    patch: log
      .filter((one) => one.version > base && one.version <= version)
      .map(({ key, value }) => ({ op: 'put', key, value })),
    mutations: {},
  })
  return { ...server, server, poke }
}

const open: SpaceCache[] = []
afterEach(async () => {
  for (const cache of open.splice(0)) await cache.close()
})

let stores = 0
function createCache(
  fetchIt: typeof fetch,
  {
    failures = [],
    onChanged = () => undefined,
    held = false,
    storeName = `cache-test-${stores++}`,
  }: { failures?: Failure[]; onChanged?: () => void; held?: boolean; storeName?: string } = {},
): SpaceCache {
  const cache = createSpaceCache({
    space,
    userId: UserId.parse('u'),
    storeName,
    held,
    baseUrl: 'http://nowhere.test',
    fetch: fetchIt,
    kvStore: 'mem',
    events: {
      onFresh: () => undefined,
      onChanged,
      onFailure: (why) => failures.push(why),
      onReload: () => undefined,
      onLost: () => undefined,
    },
  })
  open.push(cache)
  return cache
}

const get = (cache: SpaceCache, key: string): Promise<Json | undefined> => cache.query((tx) => tx.get(key))

describe('a space on a device', () => {
  test('takes a poke that fits without asking the server', async () => {
    const { server, fetch: fetchIt } = createServer()
    server.write('a', 1)
    const cache = createCache(fetchIt)
    await cache.catchUp(1)
    const before = server.pulls
    await cache.poke(server.write('a', 2))
    expect([await get(cache, 'a'), server.pulls - before, (await cache.cookie())?.order]).toEqual([2, 0, 2])
  })

  test('that is held opens its store, and asks the server nothing before it is released', async () => {
    const { server, fetch: fetchIt } = createServer()
    const held = createCache(fetchIt, { held: true })
    const poked = held.poke(server.write('a', 1))
    expect([await held.cookie(), server.pulls]).toEqual([null, 0])
    held.release()
    await poked
    expect(await get(held, 'a')).toBe(1)
    const closed = createCache(fetchIt, { held: true })
    const pulls = server.pulls
    await closed.cookie()
    await closed.close()
    expect(server.pulls).toBe(pulls)
  })

  test('that is dropped leaves nothing on the device', async () => {
    const { server, fetch: fetchIt } = createServer()
    server.write('a', 1)
    const storeName = 'cache-test-dropped'
    const first = createCache(fetchIt, { storeName })
    await first.catchUp(1)
    await first.drop()
    const second = createCache(fetchIt, { storeName, held: true })
    expect(await second.cookie()).toBeNull()
  })

  test('ignores a poke that it has already, whatever it says', async () => {
    const { server, fetch: fetchIt } = createServer()
    server.write('a', 1)
    const old = server.write('a', 2)
    const cache = createCache(fetchIt)
    await cache.catchUp(2)
    await cache.poke({ ...old, patch: [{ op: 'put', key: 'a', value: 'stale' }] })
    expect([await get(cache, 'a'), (await cache.cookie())?.order]).toEqual([2, 2])
  })

  test('pulls when a poke left a gap', async () => {
    const { server, fetch: fetchIt } = createServer()
    server.write('a', 1)
    const cache = createCache(fetchIt)
    await cache.catchUp(1)
    server.write('missed', true)
    await cache.poke(server.write('a', 3))
    expect([await get(cache, 'missed'), await get(cache, 'a'), (await cache.cookie())?.order]).toEqual([true, 3, 3])
  })

  test('takes a poke that began before what it has and goes beyond it', async () => {
    const { server, poke, fetch: fetchIt } = createServer()
    server.write('a', 1)
    const cache = createCache(fetchIt)
    await cache.catchUp(1)
    server.write('b', 2)
    await cache.catchUp(2)
    server.write('c', 3)
    const pulls = server.pulls
    await cache.poke(poke(1, 3))
    expect([await get(cache, 'c'), (await cache.cookie())?.order, server.pulls - pulls]).toEqual([3, 3, 0])
  })

  test('loses nothing when a poke overtakes a pull that is under way', async () => {
    const { server, fetch: fetchIt } = createServer()
    server.write('a', 1)
    const cache = createCache(fetchIt)
    await cache.catchUp(1)
    const poke = server.write('a', 2)
    server.write('b', 3)
    let answer: (() => void) | undefined
    server.hold = new Promise((resolve) => (answer = resolve))
    const pulling = cache.catchUp(3)
    await cache.poke(poke)
    answer?.()
    await pulling
    expect([await get(cache, 'a'), await get(cache, 'b'), (await cache.cookie())?.order]).toEqual([2, 3, 3])
  })

  test('a poke that comes before the answer of a pull that it builds on waits for it, and nothing is pulled again', async () => {
    const { server, fetch: fetchIt } = createServer()
    server.write('a', 1)
    const cache = createCache(fetchIt)
    await cache.catchUp(1)
    const before = server.pulls
    server.write('a', 2)
    let answer: (() => void) | undefined
    server.hold = new Promise((resolve) => (answer = resolve))
    const pulling = cache.catchUp(2)
    await vi.waitFor(() => expect(server.pulls).toBe(before + 1))
    const poked = cache.poke(server.write('b', 3))
    answer?.()
    await Promise.all([pulling, poked])
    expect([await get(cache, 'a'), await get(cache, 'b'), (await cache.cookie())?.order]).toEqual([2, 3, 3])
    expect(server.pulls).toBe(before + 1)
  })

  test('many pokes at once end where the server is', async () => {
    const { server, fetch: fetchIt } = createServer()
    server.write('n', 0)
    const cache = createCache(fetchIt)
    await cache.catchUp(1)
    const pokes = Array.from({ length: 50 }, (_, n) => server.write('n', n + 1))
    await Promise.all(pokes.map((poke) => cache.poke(poke)))
    expect([await get(cache, 'n'), (await cache.cookie())?.order]).toEqual([50, 51])
  })

  test('keeps what it has when the server fails, and tells with which status', async () => {
    const { server, fetch: fetchIt } = createServer()
    server.write('a', 1)
    const failures: Failure[] = []
    const cache = createCache(fetchIt, { failures })
    await cache.catchUp(1)
    server.failing = 500
    await cache.catchUp(2)
    expect([await get(cache, 'a'), failures.at(-1)]).toEqual([1, 'server'])
  })

  test('asks again for what it knows to be missing once the server is back', async () => {
    const { server, fetch: fetchIt } = createServer()
    server.write('a', 1)
    const cache = createCache(fetchIt)
    await cache.catchUp(1)
    server.write('a', 2)
    server.failing = 503
    await cache.catchUp(2)
    expect(await get(cache, 'a')).toBe(1)
    const arrived = new Promise<void>((resolve) => {
      cache.subscribe(
        (tx) => tx.get('a'),
        (value) => (value === 2 ? resolve() : undefined),
      )
    })
    server.failing = 0
    await arrived
    expect((await cache.cookie())?.order).toBe(2)
  })

  test('an answer of something that is not Drover, such as a captive portal, changes nothing', async () => {
    const failures: Failure[] = []
    const cache = createCache(async () => new Response('<html>Log in to the Wi-Fi</html>', { status: 200 }), {
      failures,
    })
    await cache.catchUp(1)
    expect([await cache.cookie(), failures.at(-1)]).toEqual([null, 'stranger'])
  })

  test.each(['pull', 'poke'] as const)('a change by %s is told once it is here, not before', async (way) => {
    const { server } = createServer()
    const heard: Promise<number | undefined>[] = []
    const cache = createCache(server.fetch, {
      onChanged: () => heard.push(cache.cookie().then((cookie) => cookie?.order)),
    })
    await cache.pull()
    const poke = server.write('a', 1)
    if (way === 'pull') await cache.pull()
    else await cache.poke(poke)
    expect((await Promise.all(heard)).at(-1)).toBe(1)
  })
})
