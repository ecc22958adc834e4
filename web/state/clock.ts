import { createSignal, onCleanup, type Accessor } from 'solid-js'
import { createStrictContext } from './context.ts'
import type { Platform } from './platform.ts'

/** The one ticking clock: every relative time on the screen follows it. */
export const [ClockContext, useNow] = createStrictContext<Accessor<number>>('Clock')

/** Ticks each second while the page is shown, and once on return. Needs an owner. */
export function createClock(platform: Platform, everyMs = 1000): Accessor<number> {
  const [now, setNow] = createSignal(platform.now())
  const tick = () => {
    if (document.visibilityState === 'visible') setNow(platform.now())
  }
  const timer = setInterval(tick, everyMs)
  document.addEventListener('visibilitychange', tick)
  onCleanup(() => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', tick)
  })
  return now
}
