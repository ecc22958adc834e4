import { useLocation, useNavigate } from '@tanstack/solid-router'
import { createEffect, on, onCleanup } from 'solid-js'
import { canShareRun } from '#shared/domain/policies.ts'
import { Share } from '#shared/domain/share.ts'
import { keys } from '#sync/core/keys.ts'
import { createRows } from '../../state/rows.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { showNews } from '../../ui/toast.tsx'
import { shareWords } from '../../words/share.ts'

/**
 * Tells those who may let somebody in that a person waits for it: each request once while the app is open, unless the run's own page is,
 * whose button has their number. It goes when it was answered, here or elsewhere.
 */
export function ShareNews() {
  const workspace = useWorkspace()
  const data = useTeamData()
  const location = useLocation()
  const navigate = useNavigate()
  const shares = createRows(workspace, keys.shares, Share)
  const told = new Map<string, (() => void) | undefined>()
  createEffect(
    on([shares.all, data.runs.all, data.me], ([all, , me]) => {
      const open = new Set<string>()
      for (const { runId, requests } of all) {
        const run = data.runs.get(keys.run(runId))
        if (run === undefined || !canShareRun(me?.role, workspace.userId, run.createdBy)) continue
        for (const { userId, name, wants } of requests) {
          const key = `${runId}/${userId}/${wants}`
          open.add(key)
          if (told.has(key)) continue
          const isHere = location().pathname === `/runs/${runId}`
          const onOpen = (): void => void navigate({ to: '/runs/$runId', params: { runId } })
          told.set(
            key,
            isHere
              ? undefined
              : showNews({ state: 'needs', title: run.title, text: shareWords.asks(name, wants), onOpen }),
          )
        }
      }
      for (const [key, dismiss] of told) {
        if (open.has(key)) continue
        dismiss?.()
        told.delete(key)
      }
    }),
  )
  onCleanup(() => {
    for (const dismiss of told.values()) dismiss?.()
  })
  return null
}
