import { createEffect, createMemo, on, onCleanup, type Accessor } from 'solid-js'
import { findPlace, mayBeOlder, type Place } from './find-place.ts'
import type { TranscriptModel } from './transcript-model.ts'

/** Pages that are loaded to find a place; beyond, the page opens at its end. */
const maxPages = 12

/**
 * `n` of the entry that an address names, directly or by what happened there. Older pages are loaded until it is found. A place that
 * was found stays, whatever comes after it.
 */
export function createEntryAt(
  model: Pick<TranscriptModel, 'view' | 'loadOlder'>,
  named: Accessor<Place & { readonly entry?: number | undefined }>,
): Accessor<number | undefined> {
  const place = createMemo(named, undefined, {
    equals: (a, b) => a?.entry === b.entry && a?.ask === b.ask && a?.turn === b.turn,
  })
  const found = createMemo<{ readonly place: Place; readonly n: number } | undefined>((before) => {
    const wanted = place()
    if (before?.place === wanted) return before
    const n = findPlace(model.view()?.entries ?? [], wanted)
    return n === undefined ? undefined : { place: wanted, n }
  })
  createEffect(
    on([place, () => model.view()?.loaded === true], ([wanted, ready]) => {
      if (!ready || (wanted.ask ?? wanted.turn) === undefined) return
      let current = true
      onCleanup(() => (current = false))
      const look = async (): Promise<void> => {
        for (let pages = 0; pages < maxPages; pages++) {
          const view = model.view()
          if (!current || found() !== undefined || view?.hasOlder !== true || !mayBeOlder(view.entries, wanted)) return
          if (!(await model.loadOlder())) return
        }
      }
      void look()
    }),
  )
  return () => place().entry ?? found()?.n
}
