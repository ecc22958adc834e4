import { expect, test } from 'vitest'
import { boundedText } from '#shared/domain/bounded-text.ts'
import { EntryId, RunId, RunnerId, TeamId } from '#shared/ids.ts'
import type { RunEvent } from '#shared/protocol/run-event.ts'
import { createHub } from '#sync/server/hub.ts'
import { createLiveHub } from '#sync/server/live.ts'
import type { CommitOutcome } from '#sync/server/space-store.ts'
import { createRunIngest } from './ingest.ts'

const runId = RunId.parse('01989000-0000-7000-8000-000000000001')
const runnerId = RunnerId.parse('01989000-0000-7000-8000-000000000002')
const event = (seq: number): RunEvent => ({
  seq,
  at: 0,
  body: {
    type: 'entry',
    entry: {
      id: EntryId.parse(`e${seq}`),
      n: seq,
      at: 0,
      turn: 1,
      body: { kind: 'message', text: boundedText('x'), done: true },
    },
  },
})

/** Events of one run over a database that answers when the test says so. */
function open() {
  const commits: PromiseWithResolvers<CommitOutcome>[] = []
  const waitsForCommit: (() => void)[] = []
  const acks: number[] = []
  const ingest = createRunIngest(
    {
      store: {
        read: async () => ({ version: 1, rows: [] }),
        scanBefore: () => Promise.reject(new Error('not asked for')),
        scan: async () => ({ version: 1, rows: [] }),
        commit: () => {
          const commit = Promise.withResolvers<CommitOutcome>()
          commits.push(commit)
          waitsForCommit.shift()?.()
          return commit.promise
        },
        head: async () => ({ version: 1, epoch: '1', prunedVersion: 0 }),
        changesSince: () => Promise.reject(new Error('not asked for')),
        wholeSpace: () => Promise.reject(new Error('not asked for')),
      },
      jobs: { chunkFirsts: async () => [], job: async () => undefined },
      hub: createHub(async () => 1),
      live: createLiveHub(),
      now: () => 0,
      onEffects: () => {},
      onError: (error) => expect.fail(String(error)),
    },
    { runId, teamId: TeamId.parse('t1'), runnerId, turn: 1, ackedSeq: 0 },
    { ack: (seq) => acks.push(seq), moved: () => {}, resend: () => {}, lost: () => {} },
  )
  return {
    ingest,
    acks,
    async answer(): Promise<void> {
      if (commits.length === 0) await new Promise<void>((resolve) => waitsForCommit.push(resolve))
      commits.shift()?.resolve({ status: 'committed', versions: { [`run/${runId}`]: 2 } })
    },
  }
}

test('a runner whose events can’t be stored is read no further, until they are', async () => {
  const { ingest, acks, answer } = open()
  let last = 0
  let held: Promise<void> | undefined
  // Each frame is taken at once, up to the one after which nothing more has room.
  while (held === undefined) {
    last++
    const taken = ingest.take([event(last)])
    const isTaken = await Promise.race([
      taken.then(() => true),
      new Promise<false>((resolve) => setImmediate(() => resolve(false))),
    ])
    if (!isTaken) held = taken
    expect(last).toBeLessThan(1000)
  }
  expect(acks).toEqual([])
  while (acks.at(-1) !== last) {
    await answer()
    await new Promise((resolve) => setImmediate(resolve))
  }
  await held
  ingest.close()
})

test('whoever waits for room is let go when the run is taken away', async () => {
  const { ingest } = open()
  let waiting = 100
  const taken = Array.from({ length: waiting }, (_, at) => ingest.take([event(at + 1)]).then(() => waiting--))
  await new Promise((resolve) => setImmediate(resolve))
  expect(waiting).toBeGreaterThan(0)
  ingest.close()
  await Promise.all(taken)
  expect(waiting).toBe(0)
})
