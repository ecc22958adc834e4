import { expect, test } from 'vitest'
import { createLater } from './later.ts'

test('what failed to come is fetched by the next one who asks, or when there may be a network again', async () => {
  let loads = 0
  const later = createLater(async () => {
    loads++
    if (loads < 3) throw new Error('no network')
    return loads
  })
  later.retry()
  expect(loads).toBe(0)
  await expect(later.ask()).rejects.toThrow('no network')
  later.retry()
  expect(loads).toBe(2)
  await expect(later.ask()).rejects.toThrow('no network')
  expect(await Promise.all([later.ask(), later.ask()])).toEqual([3, 3])
  expect(later.now()).toBe(3)
  expect(await later.close()).toBe(3)
})

test('who left before it came is told nothing, and nothing is told once it is closed', async () => {
  const loaded = Promise.withResolvers<string>()
  const later = createLater(() => loaded.promise)
  const told: string[] = []
  const tell = (of: string) =>
    later.follow(
      'none',
      (value) => told.push(`${of} ${value}`),
      (here, on) => {
        on(here)
        return () => told.push(`${of} left`)
      },
    )
  const [stay, leave] = [tell('stays'), tell('leaves')]
  leave()
  const asked = later.ask()
  loaded.resolve('here')
  await asked
  stay()
  expect(told).toEqual(['stays none', 'leaves none', 'stays here', 'stays left'])

  const slow = Promise.withResolvers<string>()
  const closing = createLater(() => slow.promise)
  closing.follow(
    'none',
    (value) => told.push(value),
    () => () => undefined,
  )
  closing.onHere((here) => told.push(here))
  closing.begin()
  const closed = closing.close()
  slow.resolve('too late')
  expect(await closed).toBe('too late')
  expect(told.slice(4)).toEqual(['none'])
  await expect(createClosed().ask()).rejects.toThrow('closed')
})

function createClosed() {
  const later = createLater(async () => 'never')
  void later.close()
  return later
}
