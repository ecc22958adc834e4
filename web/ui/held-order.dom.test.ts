import { batch, createRoot, createSignal } from 'solid-js'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createHeldOrder } from './held-order.ts'

type Entry = { readonly key: string }
const group = (key: string): Entry => ({ key })
const keysOf = (entries: readonly Entry[]) => entries.map((entry) => entry.key).join(' ')
const mouse = { pointerType: 'mouse' } as PointerEvent

afterEach(() => vi.useRealTimers())

function setUp() {
  const [wanted, setWanted] = createSignal<readonly Entry[]>([group('a'), group('b')])
  const [basis, setBasis] = createSignal('all')
  const { held, dispose } = createRoot((dispose) => ({
    held: createHeldOrder({ wanted, basis, current: (entry) => (entry.key === 'gone' ? undefined : entry) }),
    dispose,
  }))
  return { held, dispose, setWanted, setBasis, order: () => keysOf(held.entries()) }
}

describe('rows under the pointer', () => {
  test('keep their places until it leaves', () => {
    const { held, setWanted, order, dispose } = setUp()
    held.handlers.onPointerMove(mouse)
    setWanted([group('c'), group('b'), group('a')])
    expect(order()).toBe('a b')
    held.handlers.onPointerLeave()
    expect(order()).toBe('c b a')
    dispose()
  })

  test('move at once where a filter or a search was asked for', () => {
    const { held, setWanted, setBasis, order, dispose } = setUp()
    held.handlers.onPointerMove(mouse)
    batch(() => {
      setBasis('mine')
      setWanted([group('b')])
    })
    expect(order()).toBe('b')
    dispose()
  })

  test('a touch holds nothing', () => {
    const { held, setWanted, order, dispose } = setUp()
    held.handlers.onPointerMove({ pointerType: 'touch' } as PointerEvent)
    setWanted([group('b'), group('a')])
    expect(order()).toBe('b a')
    dispose()
  })

  test('a mouse that rests lets the list go on', () => {
    vi.useFakeTimers()
    const { held, setWanted, order, dispose } = setUp()
    held.handlers.onPointerMove(mouse)
    setWanted([group('b'), group('a')])
    expect(order()).toBe('a b')
    vi.advanceTimersByTime(8000)
    expect(order()).toBe('b a')
    dispose()
  })
})
