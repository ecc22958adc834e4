import { createEffect, createMemo, createSignal, on, onCleanup, type Accessor } from 'solid-js'
import type { RunId } from '#shared/ids.ts'
import type { TextHit } from '#sync/client/workspace.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import type { TranscriptModel } from '../transcript/transcript-model.ts'

/** Words that are looked for in one run. */
export type Find = {
  readonly isOpen: Accessor<boolean>
  readonly text: Accessor<string>
  readonly setText: (text: string) => void
  /** In order of the transcript. */
  readonly hits: Accessor<readonly TextHit[]>
  /** The one that is shown, counted from 1; 0 while there is none. */
  readonly place: Accessor<number>
  /** Its entry; stays when the search is closed, so that reading goes on there. */
  readonly entry: Accessor<number | undefined>
  readonly looking: Accessor<boolean>
  /** This device has all of the transcript. */
  readonly complete: Accessor<boolean>
  readonly loading: Accessor<boolean>
  readonly open: () => void
  readonly close: () => void
  /** Something else is to be shown. */
  readonly forget: () => void
  readonly step: (by: -1 | 1) => void
  /** Loads what is not on this device, and looks through it too. */
  readonly loadAll: () => Promise<void>
}

/** Hits of one search at most; whoever has more types another letter. */
const mostHits = 2000
const pauseMs = 120

/** Needs an owner. */
export function createFind(runId: RunId, model: TranscriptModel): Find {
  const workspace = useWorkspace()
  const [isOpen, setOpen] = createSignal(false)
  const [text, setText] = createSignal('')
  const [hits, setHits] = createSignal<readonly TextHit[]>([])
  const [entry, setEntry] = createSignal<number>()
  const [looking, setLooking] = createSignal(false)
  const [complete, setComplete] = createSignal(true)
  const [loading, setLoading] = createSignal(false)
  const place = createMemo(() => hits().findIndex(({ n }) => n === entry()) + 1)
  const wanted = createMemo(() => (isOpen() ? text().trim() : ''))
  let disposed = false
  onCleanup(() => (disposed = true))

  const show = (found: readonly TextHit[]): void => {
    setHits(found)
    // What is shown stays shown; else the newest, which is nearest to where one reads.
    if (found.length > 0 && found.every(({ n }) => n !== entry())) setEntry(found.at(-1)?.n)
  }
  const look = async (words: string, signal: AbortSignal): Promise<void> => {
    let found: readonly TextHit[] = []
    const { complete: all } = await workspace.findText(
      { text: words, runId, perRun: mostHits, signal },
      (_, newest) => {
        found = newest.toReversed()
      },
    )
    if (signal.aborted) return
    setComplete(all)
    setLooking(false)
    show(found)
  }

  // Also when entries come, and once older ones have been loaded.
  createEffect(
    on([wanted, model.last, loading], ([words, , isLoading], before) => {
      if (words === '') {
        setHits([])
        setLooking(false)
        return
      }
      if (isLoading) return
      const stop = new AbortController()
      if (words !== before?.[0]) setLooking(true)
      const timer = setTimeout(() => void look(words, stop.signal).catch(() => setLooking(false)), pauseMs)
      onCleanup(() => {
        stop.abort()
        clearTimeout(timer)
      })
    }),
  )

  return {
    isOpen,
    text,
    setText,
    hits,
    place,
    entry,
    looking,
    complete,
    loading,
    open: () => setOpen(true),
    close: () => setOpen(false),
    forget: () => setEntry(undefined),
    step(by) {
      const all = hits()
      if (all.length === 0) return
      const next = (Math.max(0, place() - 1) + by + all.length) % all.length
      setEntry(all[next]?.n)
    },
    async loadAll() {
      setLoading(true)
      try {
        while (!disposed && isOpen() && (await model.loadOlder()));
      } finally {
        setLoading(false)
      }
    },
  }
}
