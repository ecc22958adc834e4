import { createMemo, createSignal, onCleanup, type Accessor } from 'solid-js'
import type { RunId } from '#shared/ids.ts'
import type { Transcript, TranscriptView, Workspace } from '#sync/client/workspace.ts'
import { toRows, type Row } from './rows.ts'

/** A run's transcript as the page draws it. */
export type TranscriptModel = {
  /** For the other rows of the run's space (files, tasks, artifacts). */
  readonly source: Transcript
  readonly view: Accessor<TranscriptView | undefined>
  readonly rows: Accessor<readonly Row[]>
  /** `n` of the newest entry, 0 while there is none. */
  readonly last: Accessor<number>
  readonly older: Accessor<'idle' | 'loading' | 'failed'>
  /** Loads one page of older entries; `false` when there is none or it can't be had. One at a time. */
  readonly loadOlder: () => Promise<boolean>
}

/** Follows a transcript for as long as the owner lives; what streams is drawn at most once a frame. */
export function createTranscriptModel(workspace: Workspace, runId: RunId, pairs: Accessor<boolean>): TranscriptModel {
  const source = workspace.openTranscript(runId)
  const [view, setView] = createSignal<TranscriptView>()
  const [older, setOlder] = createSignal<'idle' | 'loading' | 'failed'>('idle')
  let newest: TranscriptView | undefined
  let frame: number | undefined
  const apply = (): void => {
    frame = undefined
    if (newest !== undefined) setView(newest)
  }
  const unsubscribe = source.subscribeEntries((next) => {
    newest = next
    // Hidden pages get no frames, and the first answer should not wait for one.
    if (view()?.loaded !== true || document.visibilityState !== 'visible') apply()
    else frame ??= requestAnimationFrame(apply)
  })
  onCleanup(() => {
    if (frame !== undefined) cancelAnimationFrame(frame)
    unsubscribe()
    source.close()
  })
  const rows = createMemo<readonly Row[]>((before) => toRows(view()?.entries ?? [], before, pairs()), [])
  return {
    source,
    view,
    rows,
    last: createMemo(() => view()?.entries.at(-1)?.n ?? 0),
    older,
    async loadOlder() {
      if (older() === 'loading') return false
      setOlder('loading')
      try {
        const more = await source.loadOlder()
        setOlder('idle')
        return more
      } catch {
        setOlder('failed')
        return false
      }
    },
  }
}
