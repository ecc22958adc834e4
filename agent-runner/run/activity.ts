import type { Clock } from '../clock.ts'
import { cut } from './transcript.ts'

const everyMs = 500

/** One line of what a run does now, told at most twice a second; the newest wins. */
export function createActivity(clock: Clock, tell: (text: string) => void): { set(text: string): void; close(): void } {
  let toldAt = 0
  let told = ''
  let next = ''
  let timer: NodeJS.Timeout | undefined

  function flush(): void {
    timer = undefined
    if (next === told || next === '') return
    told = next
    toldAt = clock.now()
    tell(next)
  }

  return {
    set: (text) => {
      next = cut(text.replace(/\s+/g, ' ').trim(), 200)
      if (timer !== undefined) return
      const wait = toldAt + everyMs - clock.now()
      if (wait <= 0) flush()
      else timer = setTimeout(flush, wait)
    },
    close: () => {
      clearTimeout(timer)
      timer = undefined
    },
  }
}
