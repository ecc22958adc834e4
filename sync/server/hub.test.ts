import { describe, expect, test, vi } from 'vitest'
import type { SpaceId } from '#shared/protocol/sync.ts'
import { createHub, type SpaceChange } from './hub.ts'

const space: SpaceId = 'team/t1'
const change = (version: number): SpaceChange => ({ space, base: version - 1, version, patch: [], mutations: [] })

function follow(hub: ReturnType<typeof createHub>): { changes: number[]; gaps: number[] } {
  const heard = { changes: [] as number[], gaps: [] as number[] }
  hub.subscribe(space, {
    onChange: ({ version }) => heard.changes.push(version),
    onGap: (version) => heard.gaps.push(version),
  })
  return heard
}

describe('the hub', () => {
  test('tells commits that finish out of order in order', () => {
    const hub = createHub()
    const heard = follow(hub)
    for (const version of [1, 3, 4, 2, 5]) hub.publish(change(version))
    expect(heard).toEqual({ changes: [1, 2, 3, 4, 5], gaps: [] })
    hub.close()
  })

  test('asks the store about a commit whose answer was lost, until it answers, and tells what is new', async () => {
    vi.useFakeTimers()
    const answers = [new Error('away'), 7]
    const hub = createHub(async () => {
      const answer = answers.shift()
      if (typeof answer === 'number') return answer
      throw answer
    })
    const heard = follow(hub)
    hub.publish(change(6))
    hub.doubt(space)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(heard).toEqual({ changes: [6], gaps: [7] })
    hub.doubt()
    hub.close()
    vi.useRealTimers()
  })
})
