import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createHub, type Hub, type SpaceChange } from './hub.ts'

const space = 'team/t'
const change = (version: number): SpaceChange => ({ space, base: version - 1, version, patch: [], mutations: [] })

let hub: Hub
beforeEach(() => {
  vi.useFakeTimers()
  hub = createHub()
})
afterEach(() => {
  hub.close()
  vi.useRealTimers()
})

function listen(): { told: number[]; gaps: number[]; stop: () => void } {
  const told: number[] = []
  const gaps: number[] = []
  const stop = hub.subscribe(space, { onChange: ({ version }) => told.push(version), onGap: (version) => gaps.push(version) })
  return { told, gaps, stop }
}

describe('the hub', () => {
  test('tells commits in order of version, each once, in whatever order they finish', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(Array.from({ length: 40 }, (_, n) => n + 2), { minLength: 39 }), (rest) => {
        const fresh = createHub()
        const told: number[] = []
        fresh.subscribe(space, { onChange: ({ version }) => told.push(version), onGap: () => told.push(-1) })
        fresh.publish(change(1))
        const whole = rest.length === 40
        for (const version of rest) {
          fresh.publish(change(version))
          fresh.publish(change(version))
        }
        const expected = Array.from({ length: 41 }, (_, n) => n + 1)
        const missing = expected.find((version) => version > 1 && !rest.includes(version)) ?? 42
        expect(told).toEqual(whole ? expected : expected.filter((version) => version < missing))
        fresh.close()
      }),
    )
  })

  test('a commit that never comes is a gap after a while, and the ones after it go on', () => {
    const { told, gaps } = listen()
    hub.publish(change(1))
    hub.publish(change(3))
    hub.publish(change(4))
    expect(told).toEqual([1])
    vi.advanceTimersByTime(300)
    expect(gaps).toEqual([4])
    hub.publish(change(5))
    expect(told).toEqual([1, 5])
  })

  test('what another process committed is a gap up to there', () => {
    const { told, gaps } = listen()
    hub.publish(change(1))
    hub.announce(space, 3)
    hub.announce(space, 2)
    hub.publish(change(4))
    expect(gaps).toEqual([3])
    expect(told).toEqual([1, 4])
  })

  test('who stopped listening hears nothing, and a space nobody follows is forgotten', () => {
    const { told, stop } = listen()
    hub.publish(change(1))
    stop()
    hub.publish(change(2))
    expect(told).toEqual([1])
    expect(hub.version(space)).toBeUndefined()
  })

  test('a doubt tells every follower to ask', () => {
    const { gaps } = listen()
    hub.publish(change(7))
    hub.doubt()
    expect(gaps).toEqual([7])
  })
})
