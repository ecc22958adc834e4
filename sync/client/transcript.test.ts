import { afterEach, expect, test, vi } from 'vitest'
import { boundedText } from '#shared/domain/bounded-text.ts'
import { TranscriptEntry } from '#shared/domain/transcript.ts'
import { EntryId, RunId, UserId } from '#shared/ids.ts'
import type { Json } from '#shared/json.ts'
import type { BrowserDown } from '#shared/protocol/browser-socket.ts'
import { runSpace } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import type { Link } from './socket-link.ts'
import { createSpaceCache, type SpaceCache } from './space-cache.ts'
import { openTranscript } from './transcript.ts'
import type { Transcript } from './workspace.ts'

const runId = RunId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b2c')
const space = runSpace(runId)
type Poke = Extract<BrowserDown, { type: 'poke' }>

const entry = (n: number, text = `entry ${n}`): TranscriptEntry => ({
  id: EntryId.parse(`e${n}`),
  n,
  at: 0,
  turn: 1,
  body: { kind: 'message', text: boundedText(text), done: true },
})
const chunk = (number: number, ...entries: TranscriptEntry[]) => ({
  op: 'put' as const,
  key: keys.chunk(number),
  value: { entries } as unknown as Json,
})
const poke = (base: number, ...patch: Poke['patch']): Poke => ({
  type: 'poke',
  space,
  base,
  version: base + 1,
  patch,
  mutations: {},
})

const open: { transcript: Transcript; cache: SpaceCache }[] = []
afterEach(async () => {
  for (const { transcript, cache } of open.splice(0)) {
    transcript.close()
    await cache.close()
  }
})

let stores = 0
/** A transcript whose device has version 1 of the run, with one entry. `hear` tells only the transcript, and the cache nothing. */
async function openOne() {
  const messages = new Set<(message: BrowserDown) => void>()
  const link: Link = {
    send: () => undefined,
    onMessage(listener) {
      messages.add(listener)
      return () => messages.delete(listener)
    },
    onState: () => () => undefined,
    probe: () => undefined,
    suspend: () => undefined,
    close: () => undefined,
  }
  const answer = {
    cookie: { order: 1, epoch: 'e' },
    lastMutationIDChanges: {},
    patch: [{ op: 'clear' }, chunk(1, entry(1))],
    more: false,
  }
  const cache = createSpaceCache({
    space,
    userId: UserId.parse('u'),
    storeName: `transcript-test-${stores++}`,
    baseUrl: 'http://nowhere.test',
    fetch: async () => Response.json(answer),
    kvStore: 'mem',
    events: {
      onFresh: () => undefined,
      onChanged: () => undefined,
      onFailure: () => undefined,
      onReload: () => undefined,
      onLost: () => undefined,
    },
  })
  const transcript = openTranscript({
    runId,
    cache,
    link,
    isKnown: () => true,
    isPinned: () => false,
    onClose: () => undefined,
  })
  open.push({ transcript, cache })
  let views = 0
  let shown: string[] = []
  transcript.subscribeEntries(({ entries }) => {
    views++
    shown = entries.map(({ n, body }) => `${n} ${body.kind === 'message' ? body.text.head : ''}`)
  })
  await vi.waitFor(async () => expect([shown, (await cache.cookie())?.order]).toEqual([['1 entry 1'], 1]))
  await settled()
  return {
    cache,
    hear: (message: BrowserDown) => messages.forEach((listener) => listener(message)),
    shown: () => shown,
    views: () => views,
  }
}

/** After everything that was begun. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))

test('the entries of a poke are shown before the cache has them, and only once', async () => {
  const { cache, hear, shown, views } = await openOne()
  const next = poke(1, chunk(1, entry(1), entry(2)))
  hear(next)
  await Promise.resolve()
  expect(shown()).toEqual(['1 entry 1', '2 entry 2'])
  expect((await cache.cookie())?.order).toBe(1)
  const before = views()
  await cache.poke(next)
  await settled()
  expect([(await cache.cookie())?.order, views()]).toEqual([2, before])
})

test('a poke that builds on what is not here is left to the cache, and one that was heard already changes nothing', async () => {
  const { hear, shown } = await openOne()
  hear(poke(2, chunk(1, entry(1), entry(2), entry(3))))
  await Promise.resolve()
  expect(shown()).toEqual(['1 entry 1'])
  hear(poke(1, chunk(1, entry(1, 'new'))))
  hear(poke(1, chunk(1, entry(1, 'late'))))
  await Promise.resolve()
  expect(shown()).toEqual(['1 new'])
})

test('a poke of another space is not this run’s', async () => {
  const { hear, shown } = await openOne()
  hear({ ...poke(1, chunk(1, entry(2))), space: runSpace(RunId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b2d')) })
  await Promise.resolve()
  expect(shown()).toEqual(['1 entry 1'])
})
