import { describe, expect, test } from 'vitest'
import { createStatus } from './status.ts'

describe('how fresh a device is', () => {
  test('a socket that is still being tried has not failed: answers by HTTP are told as connecting', () => {
    const status = createStatus(() => 1)
    status.fresh()
    expect(status.current().connection).toBe('connecting')
    status.link('open')
    expect(status.current().connection).toBe('online')
  })

  test('answers by HTTP without a socket are told as polling, and further tries of the socket don’t hide that', () => {
    const status = createStatus(() => 1)
    status.link('closed')
    expect(status.current().connection).toBe('offline')
    status.fresh()
    expect(status.current()).toMatchObject({ connection: 'polling', offlineSince: undefined })
    status.link('connecting')
    status.link('closed')
    expect(status.current().connection).toBe('polling')
    status.failed('unreachable')
    expect(status.current()).toMatchObject({ connection: 'offline', offlineSince: 1 })
  })

  test('a stranger in the server’s place is named until the server answers, or nobody does', () => {
    const status = createStatus(() => 1)
    status.failed('stranger')
    expect(status.current()).toMatchObject({ connection: 'offline', problem: 'stranger' })
    status.failed('unreachable')
    expect(status.current()).toMatchObject({ connection: 'offline', problem: undefined })
    status.failed('stranger')
    status.fresh()
    expect(status.current().problem).toBeUndefined()
  })

  test('an ended session, a team that was left, and a server that keeps failing are three things', () => {
    const told = (why: 'signed_out' | 'not_allowed' | 'server', times: number) => {
      const status = createStatus(() => 1)
      for (let time = 0; time < times; time++) status.failed(why)
      return status.current().problem
    }
    expect([told('signed_out', 1), told('not_allowed', 1), told('server', 2), told('server', 3)]).toEqual([
      'signed_out',
      'left',
      undefined,
      'server',
    ])
  })
})
