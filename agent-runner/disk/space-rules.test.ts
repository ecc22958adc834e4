import { expect, test } from 'vitest'
import { RunId } from '#shared/ids.ts'
import { silentLog } from '../log.ts'
import { createDiskGuard } from './disk-guard.ts'
import { gigabytes, judgeSpace, runsToStop, shortSentence } from './space-rules.ts'

const GB = 1e9
const [a, b] = ['a', 'b'].map((letter) => RunId.parse(`0190a000-0000-7000-8000-00000000000${letter}`)) as [RunId, RunId]

test('nothing new is taken below the least, until there is a tenth more than it', () => {
  const free = [9, 5.1, 4.9, 5.1, 5.6, 1.2, 4.9, 5.4, 5.5]
  let state = judgeSpace(10 * GB, 5 * GB, 'roomy')
  const states = free.map((one) => (state = judgeSpace(one * GB, 5 * GB, state)))
  expect(states).toEqual(['roomy', 'roomy', 'short', 'short', 'roomy', 'critical', 'short', 'short', 'roomy'])
  expect(judgeSpace(0, 0, 'roomy')).toBe('roomy')
})

test('a run beyond its bound is stopped; on a disk that is all but full, the one that grows most', () => {
  const uses = [
    { runId: a, bytes: 8 * GB, before: 8 * GB },
    { runId: b, bytes: 3 * GB, before: 1 * GB },
  ]
  const space = { folder: '/data', freeBytes: 0.4 * GB }
  const stop = (runBytes: number, state: 'roomy' | 'short' | 'critical') => runsToStop(uses, { runBytes, state, space })
  expect(stop(0, 'roomy')).toEqual([])
  expect(stop(10 * GB, 'short')).toEqual([])
  expect(stop(5 * GB, 'roomy')).toEqual([
    {
      runId: a,
      text: 'The run took 8.0 GB of the runner’s disk, and 5.0 GB is the most (DROVER_RUNNER_RUN_DISK). It was stopped; its workspace is kept.',
    },
  ])
  expect(stop(0, 'critical')).toEqual([
    {
      runId: b,
      text: 'The runner’s disk (/data) has only 400 MB left, and this run grows most. It was stopped; its workspace is kept.',
    },
  ])
  expect(runsToStop([{ runId: a, bytes: 1, before: 1 }], { runBytes: 0, state: 'critical', space })).toEqual([])
})

test('what new runs wait for is a sentence that fits into their row', () => {
  expect(shortSentence('build box', { folder: '/data', freeBytes: 1.23 * GB }, 5 * GB)).toBe(
    'Runner build box has 1.2 GB left on its disk (/data) and takes nothing new below 5.0 GB. Free space there.',
  )
  expect(shortSentence('x', { folder: `/${'long/'.repeat(80)}`, freeBytes: 0 }, GB)).toHaveLength(300)
  expect([0, 12e6, 1.5e9, 23e9].map(gigabytes)).toEqual(['0 MB', '12 MB', '1.5 GB', '23 GB'])
})

test('what can be made again goes first, in its order, and what fails holds nothing up', async () => {
  const went: string[] = []
  const droppable = (name: string, count: number) => ({
    name,
    drop: async () => {
      if (name === 'broken') throw new Error('no')
      if (went.filter((one) => one === name).length >= count) return false
      went.push(name)
      return true
    },
  })
  const guard = createDiskGuard({
    name: 'box',
    // More than any disk has.
    limits: { minFreeBytes: 2 ** 50, runBytes: 0 },
    folders: async () => ['/tmp', '/nowhere'],
    droppable: [droppable('set-ups', 2), droppable('broken', 9), droppable('images', 1)],
    runs: () => [],
    treeBytes: async () => 0,
    stop: () => {},
    log: silentLog,
  })
  expect(guard.short()).toBeUndefined()
  await guard.look()
  expect(went).toEqual(['set-ups', 'set-ups', 'images'])
  expect(guard.short()).toContain('Runner box has')
  expect(guard.freeBytes()).toBeGreaterThan(0)
})
