import { afterAll, vi } from 'vitest'

/** Kobalte's tooltips start a timer of 300 ms when they hide, which uses `window` also after its test file has ended. */
const lastTimerMs = 350

// jsdom lays nothing out, so nothing ever changes its size.
Object.assign(globalThis, {
  ResizeObserver: class {
    observe(): void {}
    unobserve(): void {}
    disconnect(): void {}
  },
})

afterAll(async () => {
  vi.useRealTimers()
  await new Promise((resolve) => setTimeout(resolve, lastTimerMs))
})
