import { createEffect, createMemo, onCleanup } from 'solid-js'
import { z } from 'zod'
import { isSettled } from '#shared/domain/pull-status.ts'
import type { Artifact } from '#shared/domain/transcript.ts'
import type { RunId } from '#shared/ids.ts'
import { request } from '../../../state/account-api.ts'
import { usePageVisible } from '../../../state/page-visible.ts'

/** Somewhat longer than the server waits for the machine. */
const patienceMs = 130_000
const everyMs = 120_000

/**
 * Has the server look how the pull requests of a run stand: when they come into view, and every two minutes for as long as they are. What it finds
 * comes as rows; what it can't find leaves what was known, with its time beside it.
 */
export function useFreshPulls(about: {
  readonly runId: RunId
  readonly artifacts: () => readonly Artifact[]
  readonly on: () => boolean
}): void {
  const visible = usePageVisible()
  const wanted = createMemo(
    () =>
      about.on() &&
      visible() &&
      about.artifacts().some(({ kind, url, pull }) => kind === 'pull_request' && url !== undefined && !isSettled(pull)),
  )
  let asking = false
  const look = async (): Promise<void> => {
    if (asking) return
    asking = true
    await request(z.object({}), 'POST', `/runs/${about.runId}/pull_requests/refresh`, {}, { patienceMs })
    asking = false
  }
  createEffect(() => {
    if (!wanted()) return
    void look()
    const timer = setInterval(() => void look(), everyMs)
    onCleanup(() => clearInterval(timer))
  })
}
