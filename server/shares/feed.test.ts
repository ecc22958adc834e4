import { expect, test, vi } from 'vitest'
import { boundedText } from '#shared/domain/bounded-text.ts'
import { EntryId, RunId, TeamId, UserId } from '#shared/ids.ts'
import type { Json } from '#shared/json.ts'
import { runSpace, teamSpace } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import { toJson } from '#sync/core/transaction.ts'
import { createHub } from '#sync/server/hub.ts'
import { createLiveHub } from '#sync/server/live.ts'
import type { SpaceStore } from '#sync/server/space-store.ts'
import type { Share } from '#shared/domain/share.ts'
import { createFeed } from './feed.ts'
import type { Opened } from './links.ts'

const runId = RunId.parse('01900000-0000-7000-8000-000000000001')
const teamId = TeamId.parse('team')
const share: Share = {
  runId,
  secret: 'S'.repeat(43),
  anyone: true,
  people: [],
  requests: [],
  createdBy: UserId.parse('mara'),
  createdAt: 1,
}
const opened: Opened = { runId, teamId, share, guest: undefined, granted: 'view' }
const run: Json = {
  id: runId,
  teamId,
  title: 'A run',
  prompt: 'Go',
  createdBy: 'mara',
  source: 'WEB_APP',
  config: { harness: 'runbook', sandbox: 'direct' },
  state: 'INPROGRESS',
  stateAt: 1,
  turn: 1,
  createdAt: 1,
  updatedAt: 1,
}

function stage() {
  const hub = createHub()
  const live = createLiveHub()
  const store = {
    read: async () => ({ version: 1, rows: [{ key: keys.run(runId), value: run }] }),
    scan: async () => ({ version: 1, rows: [] }),
    wholeSpace: async () => ({ changes: [] }),
  } as unknown as SpaceStore
  const again = vi.fn<() => Promise<Opened | undefined>>(async () => opened)
  const feed = createFeed({ store, hub, live, now: () => 1, onError: () => undefined, again }, opened)
  const change = (space: ReturnType<typeof teamSpace>, version: number, key: string, value: Json | undefined) =>
    hub.publish({ space, base: version - 1, version, patch: [[key, value]], mutations: [] })
  return { hub, live, feed, again, change }
}

test('a reader who does not read gets everything anew, not thousands of pieces', async () => {
  const { live, feed } = stage()
  expect(await feed.next()).toMatchObject({ type: 'view' })
  const entryId = EntryId.parse('e1')
  live.put(runId, { id: entryId, n: 1, at: 1, turn: 1, body: { kind: 'message', text: boundedText(''), done: false } })
  for (let n = 0; n < 1000; n++) live.append(runId, [{ entryId, field: 'text', offset: n, text: 'x' }])
  expect(await feed.next()).toMatchObject({ type: 'view' })
  const state = await feed.next()
  expect(state).toMatchObject({ type: 'live_state', entries: [{ body: { text: { length: 1000 } } }] })
  feed.close()
  expect(await feed.next()).toBeUndefined()
})

test('the end comes before what waits, and nothing comes after it', async () => {
  const { feed, change } = stage()
  await feed.next()
  for (let version = 2; version < 20; version++)
    change(runSpace(runId), version, keys.tasks, { at: version, tasks: [] })
  change(teamSpace(teamId), 2, keys.share(runId), undefined)
  change(runSpace(runId), 20, keys.tasks, { at: 20, tasks: [] })
  expect(await feed.next()).toEqual({ type: 'ended' })
  expect(await feed.next()).toBeUndefined()
})

test('another secret is the end too; another run’s share is none of its business', async () => {
  const { feed, change } = stage()
  await feed.next()
  const other = RunId.parse('01900000-0000-7000-8000-000000000002')
  change(teamSpace(teamId), 2, keys.share(other), undefined)
  change(runSpace(runId), 2, keys.tasks, { at: 2, tasks: [] })
  expect(await feed.next()).toMatchObject({ type: 'rows', rows: [{ op: 'put', key: keys.tasks }] })
  change(teamSpace(teamId), 3, keys.share(runId), toJson({ ...share, secret: 'T'.repeat(43) }))
  expect(await feed.next()).toEqual({ type: 'ended' })
})

test('after a gap it is asked whether the link holds before anything more is shown', async () => {
  const { hub, feed, again } = stage()
  await feed.next()
  again.mockResolvedValue(undefined)
  hub.announce(teamSpace(teamId), 9)
  expect(await feed.next()).toEqual({ type: 'ended' })
})

test('what nobody outside is told is not told: an output that grows, a queued message, another run', async () => {
  const { live, feed, change } = stage()
  await feed.next()
  const entryId = EntryId.parse('s1')
  live.put(runId, {
    id: entryId,
    n: 1,
    at: 1,
    turn: 1,
    body: { kind: 'step', title: 'Set up', status: 'in_progress', output: boundedText(''), startedAt: 1 },
  })
  live.append(runId, [{ entryId, field: 'output', offset: 0, text: 'a key' }])
  change(teamSpace(teamId), 2, `prompt/${runId}/x`, { text: 'later' })
  change(teamSpace(teamId), 3, 'run/01900000-0000-7000-8000-000000000009', { title: 'another' })
  change(runSpace(runId), 2, keys.session, { commands: [] })
  change(runSpace(runId), 3, keys.tasks, { at: 3, tasks: [] })
  expect(await feed.next()).toMatchObject({ type: 'live_state', entries: [{ body: { output: { length: 0 } } }] })
  expect(await feed.next()).toMatchObject({ type: 'rows', rows: [{ key: keys.tasks }] })
  feed.close()
})
