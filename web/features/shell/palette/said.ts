import { createEffect, createMemo, createSignal, on, onCleanup, type Accessor } from 'solid-js'
import type { RunId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import type { TextHit } from '#sync/client/workspace.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import type { HitGroup } from './hits.ts'

/** Words shorter than this stand in every transcript. */
const shortest = 3
/** After the last key stroke: the lists that are at hand come first. */
const pauseMs = 200
const perRun = 2
const mostHits = 8

/** Where what was typed stands in the transcripts on this device, as it is found. Needs an owner. */
export function createSaid(find: Accessor<string>): Accessor<readonly HitGroup[]> {
  const workspace = useWorkspace()
  const { runs } = useTeamData()
  const [hits, setHits] = createSignal<readonly { readonly runId: RunId; readonly hit: TextHit }[]>([])
  createEffect(
    on(find, (typed) => {
      setHits([])
      const text = typed.trim()
      if (text.length < shortest) return
      const stop = new AbortController()
      const look = (): void => {
        workspace
          .findText({ text, perRun, signal: stop.signal }, (runId, found) => {
            if (stop.signal.aborted) return
            setHits((before) => [...before, ...found.map((hit) => ({ runId, hit }))].slice(0, mostHits))
            if (hits().length >= mostHits) stop.abort()
          })
          // A store that closes meanwhile has nothing more to say.
          .catch(() => undefined)
      }
      const timer = setTimeout(look, pauseMs)
      onCleanup(() => {
        stop.abort()
        clearTimeout(timer)
      })
    }),
  )
  return createMemo(() => {
    const entries = hits().flatMap(({ runId, hit }) => {
      const run = runs.get(keys.run(runId))
      return run === undefined ? [] : [{ type: 'said' as const, key: `said ${runId} ${hit.n}`, run, hit }]
    })
    return entries.length === 0 ? [] : [{ name: 'said' as const, entries }]
  })
}
