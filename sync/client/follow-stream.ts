import type { z } from 'zod'
import { sharedPingMs } from '#shared/protocol/shared-run.ts'
import { eventsOf } from './event-stream.ts'

/**
 * How following ended. `over`: whoever followed has gone on to something else. `slow`: there are too many readers, or something in between holds back what
 * is not finished. `again`: all is to be asked for anew, at once. `broken`: it is to be tried again later.
 */
export type StreamEnd = 'over' | 'slow' | 'again' | 'broken'

/** Follows the stream of a link, event by event, until it ends. `patienceMs`: how long the first word may take. */
export async function followStream<Event extends { readonly type: string }>(from: {
  readonly ask: (init: RequestInit) => Promise<Response>
  readonly events: z.ZodType<Event>
  readonly stop: AbortController
  readonly patienceMs: number
  readonly isOver: () => boolean
  /** Something came, the end included. */
  readonly onHeard?: () => void
  readonly onEvent: (event: Exclude<Event, { readonly type: 'ended' }>) => void
}): Promise<StreamEnd> {
  const { isOver, stop } = from
  let heard = false
  const giveUp = (): void => stop.abort()
  let silence = setTimeout(giveUp, from.patienceMs)
  try {
    const response = await from.ask({ signal: stop.signal })
    if (isOver()) return 'over'
    if (!response.ok || response.body === null) {
      await response.body?.cancel()
      return response.status === 429 || response.status === 503 ? 'slow' : 'again'
    }
    for await (const event of eventsOf(response.body, from.events)) {
      if (isOver()) return 'over'
      heard = true
      clearTimeout(silence)
      silence = setTimeout(giveUp, 2 * sharedPingMs)
      from.onHeard?.()
      if (!isNews(event)) return 'again'
      from.onEvent(event)
    }
    return isOver() ? 'over' : 'broken'
  } catch {
    if (isOver()) return 'over'
    // Something in between holds back what is not finished: what comes as a whole does come.
    return heard || !stop.signal.aborted ? 'broken' : 'slow'
  } finally {
    clearTimeout(silence)
  }
}

function isNews<Event extends { readonly type: string }>(
  event: Event,
): event is Exclude<Event, { readonly type: 'ended' }> {
  return event.type !== 'ended'
}
