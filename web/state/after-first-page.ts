import { useRouterState } from '@tanstack/solid-router'
import { createEffect } from 'solid-js'
import { whenIdle } from './platform.ts'
import { useTeamData } from './team-data.ts'

/**
 * Calls `fetch` once the first page stands with its rows and the browser has nothing better to do: for code that the next press will want. Sooner, it
 * would take the network and the processor from the page that is waited for. What can't be fetched then is fetched, or missed with words, at the press.
 */
export function useAfterFirstPage(fetch: () => Promise<unknown> | undefined): void {
  const data = useTeamData()
  const stands = useRouterState({ select: (state) => state.status === 'idle' })
  let asked = false
  createEffect(() => {
    if (asked || !stands() || !data.runs.loaded()) return
    asked = true
    whenIdle(() => void fetch()?.catch(() => undefined))
  })
}
