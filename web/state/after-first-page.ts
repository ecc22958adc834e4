import { useRouterState } from '@tanstack/solid-router'
import { createEffect, onCleanup } from 'solid-js'
import { whenIdle } from './platform.ts'
import { useTeamData } from './team-data.ts'

/** Rows are drawn in several frames, with reads of the device's store in between, in which the browser counts itself idle. */
const drawnMs = 1_000

/**
 * Calls `fetch` once the first page stands with its rows and the browser has nothing better to do: for code that the next press will want. Sooner, it
 * would take the network and the processor from the page that is waited for. What can't be fetched then is fetched, or missed with words, at the press.
 */
export function useAfterFirstPage(fetch: () => Promise<unknown> | undefined): void {
  const data = useTeamData()
  const stands = useRouterState({ select: (state) => state.status === 'idle' })
  let timer: ReturnType<typeof setTimeout> | undefined
  createEffect(() => {
    if (timer !== undefined || !stands() || !data.runs.loaded()) return
    timer = setTimeout(() => whenIdle(() => void fetch()?.catch(() => undefined)), drawnMs)
  })
  onCleanup(() => clearTimeout(timer))
}
