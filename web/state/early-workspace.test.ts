import { expect, test, vi } from 'vitest'
import { TeamId, UserId } from '#shared/ids.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { openEarly, type Who } from './early-workspace.ts'

const mara: Who = { userId: UserId.parse('mara'), teamId: TeamId.parse('herd') }
const jonas: Who = { userId: UserId.parse('jonas'), teamId: TeamId.parse('herd') }

function device() {
  const kept = new Map<string, string>()
  const opened: { readonly who: Who; readonly close: () => Promise<void> }[] = []
  return {
    opened,
    page: () =>
      openEarly(
        { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) },
        async (who) => {
          const workspace = { who, close: vi.fn<() => Promise<void>>(async () => undefined) }
          opened.push(workspace)
          return workspace as unknown as Workspace
        },
      ),
  }
}

test('the workspace that was open last is open before anybody asks, and opened once', async () => {
  const { opened, page } = device()
  await page()(mara)
  const open = page()
  expect(opened.map(({ who }) => who)).toEqual([mara, mara])
  expect(await open(mara)).toBe(opened[1])
  expect(opened).toHaveLength(2)
  // Mounted anew, for another team and back: no page gets one that was closed.
  await open(mara)
  expect(opened).toHaveLength(3)
})

test('it is nobody else’s', async () => {
  const { opened, page } = device()
  await page()(mara)
  const workspace = await page()(jonas)
  expect(workspace).toBe(opened[2])
  await vi.waitFor(() => expect(opened[1]?.close).toHaveBeenCalledOnce())
  expect(opened[2]?.close).not.toHaveBeenCalled()
})

test('a page that is not of a team lets go of it', async () => {
  const { opened, page } = device()
  await page()(mara)
  vi.useFakeTimers()
  try {
    page()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(opened[1]?.close).toHaveBeenCalledOnce()
  } finally {
    vi.useRealTimers()
  }
})
