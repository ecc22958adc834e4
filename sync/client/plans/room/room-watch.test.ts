import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createRoomWatch } from './room-watch.ts'

const step1 = new Uint8Array([0, 0, 1])
const step2 = new Uint8Array([0, 1, 1])
const update = new Uint8Array([0, 2, 1])
const awareness = new Uint8Array([1, 0])

function open() {
  const seen = { dead: 0, stuck: 0, buffered: 0 }
  const watch = createRoomWatch({
    patienceMs: 8_000,
    buffered: () => seen.buffered,
    onDead: () => seen.dead++,
    onStuck: () => seen.stuck++,
  })
  return { watch, seen }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('what is stored', () => {
  test('is everything once the server has stored the answer to its question and each change after it', () => {
    const { watch } = open()
    watch.opened()
    watch.sends(step1)
    watch.sends(update)
    watch.takeStored(1)
    // The server has this change, and has not asked yet what else there is.
    expect(watch.hasAllStored()).toBe(false)
    watch.sends(step2)
    expect(watch.hasAllStored()).toBe(false)
    watch.takeStored(2)
    expect(watch.hasAllStored()).toBe(true)
    watch.sends(awareness)
    expect(watch.hasAllStored()).toBe(true)
    watch.sends(update)
    expect(watch.hasAllStored()).toBe(false)
  })

  test('is never more than was sent, and never less than it was', () => {
    const { watch } = open()
    watch.sends(step2)
    watch.takeStored(7)
    watch.sends(update)
    expect(watch.hasAllStored()).toBe(false)
    watch.takeStored(2)
    watch.takeStored(1)
    expect(watch.hasAllStored()).toBe(true)
  })
})

test('a server that answers and stores nothing is told of, and one that goes on storing is not', () => {
  const { watch, seen } = open()
  watch.opened()
  watch.sends(step2)
  watch.sends(update)
  vi.advanceTimersByTime(7_000)
  watch.hears()
  watch.takeStored(1)
  vi.advanceTimersByTime(7_000)
  expect(seen.stuck).toBe(0)
  watch.hears()
  vi.advanceTimersByTime(1_000)
  expect(seen.stuck).toBe(1)
  watch.takeStored(2)
  vi.advanceTimersByTime(60_000)
  expect([seen.stuck, seen.dead]).toEqual([1, 0])
})

describe('a socket that nobody hears', () => {
  test('is found when it does not open', () => {
    const { seen } = open()
    vi.advanceTimersByTime(8_000)
    expect(seen.dead).toBe(1)
  })

  test('is found when the first question is not answered', () => {
    const { watch, seen } = open()
    watch.opened()
    watch.sends(step1)
    vi.advanceTimersByTime(8_000)
    expect(seen.dead).toBe(1)
  })

  test('is found when nothing comes after a change', () => {
    const { watch, seen } = open()
    watch.opened()
    watch.sends(step2)
    watch.hears()
    watch.takeStored(1)
    vi.advanceTimersByTime(600_000)
    watch.sends(update)
    vi.advanceTimersByTime(8_000)
    expect(seen.dead).toBe(1)
  })

  test('is found sooner when somebody asks for it', () => {
    const { watch, seen } = open()
    watch.opened()
    watch.sends(update)
    watch.sends(step1, 4_000)
    vi.advanceTimersByTime(4_000)
    expect(seen.dead).toBe(1)
  })

  test('is not one that rests', () => {
    const { watch, seen } = open()
    watch.opened()
    watch.sends(step1)
    watch.hears()
    vi.advanceTimersByTime(600_000)
    expect(seen.dead).toBe(0)
  })

  test('is not one that still carries away what was sent', () => {
    const { watch, seen } = open()
    watch.opened()
    seen.buffered = 900_000
    watch.sends(step2)
    for (const left of [600_000, 300_000, 0]) {
      seen.buffered = left
      vi.advanceTimersByTime(8_000)
    }
    expect(seen.dead).toBe(0)
    vi.advanceTimersByTime(8_000)
    expect(seen.dead).toBe(1)
  })
})
