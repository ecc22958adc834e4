import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { SyncStatus } from '#sync/client/workspace.ts'
import { askForSync } from './background-sync.ts'

const calm: SyncStatus = {
  connection: 'online',
  freshAt: 0,
  offlineSince: undefined,
  pending: 0,
  problem: undefined,
}

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

function open(register = vi.fn<() => Promise<void>>(() => Promise.resolve())) {
  let tell: (status: SyncStatus) => void = () => undefined
  let visibilityState: DocumentVisibilityState = 'visible'
  const page = new EventTarget()
  Object.defineProperty(page, 'visibilityState', { get: () => visibilityState })
  const stop = askForSync({
    subscribeStatus(onStatus) {
      tell = onStatus
      onStatus(calm)
      return () => undefined
    },
    page: page as unknown as Document,
    register,
  })
  return {
    register,
    stop,
    say: (change: Partial<SyncStatus>) => tell({ ...calm, ...change }),
    hide() {
      visibilityState = 'hidden'
      page.dispatchEvent(new Event('visibilitychange'))
    },
  }
}

describe('the browser is asked to send later', () => {
  test('at once for what is done offline, and for each thing more', () => {
    const { say, register } = open()
    say({ pending: 1, connection: 'offline' })
    say({ pending: 1, connection: 'offline' })
    expect(register).toHaveBeenCalledTimes(1)
    say({ pending: 2, connection: 'offline' })
    expect(register).toHaveBeenCalledTimes(2)
  })

  test('not for what the server takes in a moment, but for what takes longer', () => {
    const { say, register } = open()
    say({ pending: 1 })
    say({ pending: 0 })
    vi.runAllTimers()
    expect(register).not.toHaveBeenCalled()
    say({ pending: 1 })
    vi.runAllTimers()
    expect(register).toHaveBeenCalledTimes(1)
  })

  test('when the app goes out of sight with something unsent, and only then', () => {
    const { say, register, hide } = open()
    hide()
    expect(register).not.toHaveBeenCalled()
    say({ pending: 1 })
    hide()
    expect(register).toHaveBeenCalledTimes(1)
  })

  test('and one that refuses is asked again for the next thing', async () => {
    const { say, register } = open(vi.fn<() => Promise<void>>(() => Promise.reject(new Error('not allowed'))))
    say({ pending: 1, connection: 'offline' })
    await vi.runAllTimersAsync()
    say({ pending: 2, connection: 'offline' })
    await vi.runAllTimersAsync()
    expect(register).toHaveBeenCalledTimes(2)
  })
})
