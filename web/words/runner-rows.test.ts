import { expect, test } from 'vitest'
import { aboutRunnerRows, runnerWords } from './settings.ts'

test('a runner’s settings in rows: what is switched off or not there has none, and what is kept says so', () => {
  const docker = {
    image: 'debian:bookworm',
    pull: 'missing',
    network: 'bridge',
    memoryMb: 4096,
    cpus: 1,
    pids: 1024,
  } as const
  const all = { freeBytes: 8.4e10, minFreeBytes: 2e9, runBytes: 3e10, idleMs: 600_000, cleansUp: false, docker }
  expect(aboutRunnerRows(all).map(({ label, text }) => `${label}: ${text}`)).toEqual([
    'Each container: 4,096 MiB, 1 processor, 1,024 processes, network bridge',
    'Image: debian:bookworm where a run names none; images are fetched when missing',
    'Disk: 84 GB free, nothing new below 2.0 GB, at most 30 GB a run',
    'Follow-ups: Agents stay for 10 min',
    'Clean-up: Off: containers and folders of ended runs are kept',
  ])
  expect(aboutRunnerRows({ minFreeBytes: 0, runBytes: 0, idleMs: 0, cleansUp: true })).toEqual([
    { label: 'Follow-ups', text: 'Agents end with their turn' },
  ])
  expect([4, 1000].map((capacity) => runnerWords.runningOf(2, capacity))).toEqual([
    '2 of 4 running',
    '2 running, without a limit',
  ])
})
