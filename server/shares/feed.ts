import type { Json } from '#shared/json.ts'
import { sharedPingMs, type SharedEvent, type SharedGate } from '#shared/protocol/shared-run.ts'
import { runSpace, teamSpace } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import type { Hub } from '#sync/server/hub.ts'
import type { LiveHub } from '#sync/server/live.ts'
import type { SpaceStore } from '#sync/server/space-store.ts'
import { openedTo, toLink, toYou, type Opened } from './links.ts'
import { createReading, noteMember, presentedRows, readView } from './view.ts'

export type FeedDeps = {
  readonly store: SpaceStore
  readonly hub: Hub
  readonly live: LiveHub
  readonly now: () => number
  readonly onError: (error: unknown) => void
  /** Asks everything again: who this is, whether the link holds, what it opens. */
  readonly again: () => Promise<Opened | SharedGate | undefined>
}

/** What is told to one reader of a link, event by event. */
export type Feed = {
  /** Waits for the next; `undefined` when nothing follows. */
  next(): Promise<SharedEvent | undefined>
  recheck(): void
  close(): void
}

/** Events that wait for a slow reader; beyond, it gets everything anew once it reads again. */
const maxWaiting = 300
const maxWaitingUnits = 1_000_000

/**
 * Follows a run for somebody who was given its link. Sharing that stops, here or in another process, ends it at once: the share's row is a
 * row of the team's space like others. What it may have missed is asked for again with each ping.
 */
export function createFeed(deps: FeedDeps, opened: Opened): Feed {
  const reading = createReading(opened)
  const { presenter } = reading
  const { runId, teamId } = opened
  const { secret } = opened.share
  const waiting: { readonly event: SharedEvent; readonly units: number }[] = []
  let units = 0
  /** The whole is to be sent, instead of what waits. */
  let anew = true
  let state: 'open' | 'ended' | 'closed' = 'open'
  let wake: (() => void) | undefined

  const woken = (): void => {
    wake?.()
    wake = undefined
  }
  const drop = (): void => {
    waiting.length = 0
    units = 0
  }
  const sendAll = (): void => {
    anew = true
    drop()
    woken()
  }
  function push(event: SharedEvent): void {
    if (state !== 'open') return
    const size = JSON.stringify(event).length
    if (waiting.length >= maxWaiting || units + size > maxWaitingUnits) return sendAll()
    waiting.push({ event, units: size })
    units += size
    woken()
  }
  function end(): void {
    if (state !== 'open') return
    state = 'ended'
    stop()
    woken()
  }

  function see(next: Opened | SharedGate | undefined): void {
    if (next === undefined || 'gate' in next) return end()
    const before = reading.opened
    reading.opened = next
    const isOther =
      before.granted !== next.granted ||
      before.guest?.userId !== next.guest?.userId ||
      before.share.people.length !== next.share.people.length
    if (isOther) sendAll()
    else push({ type: 'you', you: toYou(next, presenter.standIn) })
  }

  function onPatch(patch: readonly (readonly [key: string, value: Json | undefined])[]): void {
    for (const [key, value] of patch) {
      if (key.startsWith(keys.members)) noteMember(reading.names, value)
      if (key !== keys.share(runId)) continue
      const link = toLink({ runId, teamId, secret }, value)
      see(link && openedTo(link, reading.opened.guest))
      if (state !== 'open') return
    }
    const rows = presentedRows(presenter, patch)
    if (rows.length > 0) push({ type: 'rows', rows, people: presenter.people() })
  }

  async function askAgain(): Promise<void> {
    if (state === 'open') see(await deps.again())
  }
  const recheck = (): void => void askAgain().catch(deps.onError)

  const stops = [
    deps.hub.subscribe(teamSpace(teamId), {
      onChange: (change) => onPatch(change.patch),
      onGap: sendAll,
    }),
    deps.hub.subscribe(runSpace(runId), { onChange: (change) => onPatch(change.patch), onGap: sendAll }),
    deps.live.follow(runId, {
      onEntry: (entry) => push({ type: 'live_state', entries: [presenter.entry(entry)] }),
      // What grows in an output may be of a step of the set-up; that of a tool comes with its row.
      onDeltas(deltas) {
        const texts = deltas.filter(({ field }) => field === 'text')
        if (texts.length > 0) push({ type: 'live', deltas: texts })
      },
    }),
  ]
  const pings = setInterval(() => {
    push({ type: 'ping', at: deps.now() })
    recheck()
  }, sharedPingMs)
  function stop(): void {
    clearInterval(pings)
    for (const one of stops.splice(0)) one()
  }

  return {
    async next() {
      for (;;) {
        if (state === 'ended') {
          state = 'closed'
          return { type: 'ended' }
        }
        if (state === 'closed') return undefined
        if (anew) {
          anew = false
          const now = await deps.again()
          if (now === undefined || 'gate' in now) {
            end()
            continue
          }
          reading.opened = now
          const view = await readView(deps.store, reading)
          if (view === undefined) end()
          // The share may have ended meanwhile: then this is nobody's any more.
          if (state !== 'open' || view === undefined) continue
          const entries = deps.live.unfinished(runId).map(presenter.entry)
          if (entries.length > 0) waiting.unshift({ event: { type: 'live_state', entries }, units: 0 })
          return { type: 'view', view }
        }
        const first = waiting.shift()
        if (first !== undefined) {
          units -= first.units
          return first.event
        }
        // One reader: it waits in one place at a time.
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
    recheck,
    close() {
      state = 'closed'
      stop()
      drop()
      woken()
    },
  }
}
