import { expect, test, vi } from 'vitest'
import { createUpdates } from './update.ts'

test('a newer app waits until a person takes it', () => {
  const apply = vi.fn<() => Promise<void>>(async () => undefined)
  const reload = vi.fn<() => void>()
  let tell: (() => void) | undefined
  const updates = createUpdates({ onWaiting: (given) => (tell = given), apply }, reload)
  expect(updates.ready()).toBe(false)
  tell?.()
  expect(updates.ready()).toBe(true)
  expect(apply).not.toHaveBeenCalled()
  expect(reload).not.toHaveBeenCalled()
  updates.apply()
  expect(apply).toHaveBeenCalledTimes(1)
  expect(reload).not.toHaveBeenCalled()
})

test('without a waiting one, reloading is just that', () => {
  const reload = vi.fn<() => void>()
  createUpdates(undefined, reload).apply()
  expect(reload).toHaveBeenCalledTimes(1)
})
