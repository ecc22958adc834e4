import { expect, test } from 'vitest'
import { createMemoryWorkspace } from '../dev/memory-workspace.ts'
import { seedIds } from '../dev/seed.ts'
import { createMemoryDeviceStore } from './device-store.ts'
import { withFreshness } from './freshness.ts'

const open = () => createMemoryWorkspace({ userId: seedIds.mara, teamId: seedIds.team })

test('after a cold start without a network the last moment of freshness is known', async () => {
  const store = createMemoryDeviceStore()
  const first = open()
  const closing = await withFreshness(first, store)
  first.setStatus({ freshAt: 1_700_000_000_000 })
  first.setStatus({ freshAt: 1_700_000_000_500 })
  await closing.close()

  const second = open()
  second.setStatus({ connection: 'offline', freshAt: undefined })
  const seen: (number | undefined)[] = []
  const opened = await withFreshness(second, store)
  opened.subscribeStatus((status) => seen.push(status.freshAt))
  second.setStatus({ connection: 'online', freshAt: 1_800_000_000_000 })
  expect(seen[0]).toBeGreaterThanOrEqual(1_700_000_000_000)
  expect(seen.at(-1)).toBe(1_800_000_000_000)
})
