import { expect, test } from 'vitest'
import type { Commit, CommitOutcome } from '#sync/server/space-store.ts'
import { DatabaseError } from './errors.ts'
import { createGroupCommit } from './group-commit.ts'

const commit = (now: number): Commit => ({
  now,
  spaces: [{ space: 'team/t1', at: 0, gets: [], scans: [], puts: [], dels: [] }],
  effects: [],
})

function held(): {
  groups: number[][]
  commitAll: (all: readonly Commit[]) => Promise<CommitOutcome[]>
  release(): void
} {
  const groups: number[][] = []
  const gates: (() => void)[] = []
  return {
    groups,
    async commitAll(all) {
      groups.push(all.map(({ now }) => now))
      await new Promise<void>((resolve) => gates.push(resolve))
      if (all.some(({ now }) => now === 13))
        throw new DatabaseError('unsupported text', { code: '22P05', transient: false })
      return all.map(({ now }) => ({ status: 'committed', versions: { 'team/t1': now } }))
    },
    release: () => gates.splice(0).forEach((open) => open()),
  }
}

test('commits that pile up go together, in order, each with its own outcome; one that can’t be taken hurts no other', async () => {
  const store = held()
  const put = createGroupCommit(store.commitAll)
  const outcomes = Promise.allSettled(Array.from({ length: 16 }, (_, index) => put(commit(index))))
  let done = false
  void outcomes.then(() => (done = true))
  while (!done) {
    store.release()
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(store.groups.slice(0, 5)).toEqual([[0], [1], [2], [3], [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]])
  expect((await outcomes).map((one) => (one.status === 'fulfilled' ? one.value : 'refused'))).toEqual(
    Array.from({ length: 16 }, (_, index) =>
      index === 13 ? 'refused' : { status: 'committed', versions: { 'team/t1': index } },
    ),
  )
})
