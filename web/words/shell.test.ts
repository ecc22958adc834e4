import { describe, expect, test } from 'vitest'
import type { SyncStatus } from '#sync/client/workspace.ts'
import { clockWords } from './time.ts'
import { syncWords } from './shell.ts'

const now = new Date('2026-11-23T14:09:00').getTime()
const since = new Date('2026-11-23T14:02:00').getTime()
const fresh: SyncStatus = {
  connection: 'online',
  freshAt: now - 2000,
  offlineSince: undefined,
  pending: 0,
  problem: undefined,
}

describe('the sync words', () => {
  test('up to date says since when', () => expect(syncWords(fresh, 0, now)).toBe('Up to date · 2 s ago'))
  test('sending counts', () => expect(syncWords({ ...fresh, pending: 3 }, 0, now)).toBe('Sending 3'))
  test('offline says since when, and what is not sent', () => {
    const offline: SyncStatus = { ...fresh, connection: 'offline', offlineSince: since }
    expect(syncWords(offline, 0, now)).toBe('Offline since 14:02')
    expect(syncWords({ ...offline, pending: 3 }, 0, now)).toBe('Offline since 14:02 · 3 not sent')
  })
  test('a refused change outweighs the rest', () => {
    expect(syncWords({ ...fresh, pending: 3 }, 1, now)).toBe('Can’t send 1 change')
    expect(syncWords(fresh, 2, now)).toBe('Can’t send 2 changes')
  })
  test('a server that fails is never up to date, and the last true sync is told', () => {
    const fails: SyncStatus = { ...fresh, freshAt: since, problem: 'server' }
    expect(syncWords(fails, 0, now)).toBe('Can’t sync · the server has a problem · as of 14:02')
    expect(syncWords({ ...fails, pending: 2 }, 0, now)).toBe(
      'Can’t sync · the server has a problem · 2 not sent · as of 14:02',
    )
  })
  test('an open socket alone is not freshness', () =>
    expect(syncWords({ ...fresh, connection: 'connecting', freshAt: since }, 0, now)).toBe(
      `Connecting · as of ${clockWords(since)}`,
    ))
})
