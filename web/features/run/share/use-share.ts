import { createMemo, type Accessor } from 'solid-js'
import { canShareRun } from '#shared/domain/policies.ts'
import { Share } from '#shared/domain/share.ts'
import { sharedPath } from '#shared/protocol/shared-run.ts'
import { concernsRun } from '#sync/client/workspace.ts'
import { keys } from '#sync/core/keys.ts'
import type { ShareRunArgs } from '#sync/core/mutators/share-run.ts'
import { getRow } from '#sync/core/transaction.ts'
import { useIds } from '../../../state/platform.ts'
import { useQuery } from '../../../state/query.ts'
import { usePending } from '../../../state/sync-status.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { useScene } from '../scene.ts'

/** One press: only what it changes. */
export type ShareChange = Pick<ShareRunArgs, 'anyone' | 'person' | 'remove'>

/** Tries something; why it was not done stands where it was pressed. Resolves with whether it is durable. */
export type TryTo = (act: () => Promise<void>) => Promise<boolean>

/** How the run is shared beyond its team, and what this person may change of that. */
export type Sharing = {
  /** `undefined`: it is not. */
  readonly share: Accessor<Share | undefined>
  readonly mayChange: Accessor<boolean>
  readonly link: Accessor<string | undefined>
  /** Something of it is only on this device so far. */
  readonly isLocal: Accessor<boolean>
  readonly change: (change: ShareChange) => Promise<void>
}

const acts: ReadonlySet<string> = new Set(['shareRun', 'stopSharing', 'answerAccessRequest'])

export function useSharing(): Sharing {
  const scene = useScene()
  const workspace = useWorkspace()
  const team = useTeamData()
  const ids = useIds()
  const pending = usePending()
  const row = useQuery(() => (tx) => getRow(tx, keys.share(scene.runId), Share), { key: null })
  const share = (): Share | undefined => row.value
  return {
    share,
    mayChange: createMemo(() => canShareRun(team.me()?.role, workspace.userId, scene.run().createdBy)),
    link: () => {
      const secret = share()?.secret
      return secret === undefined ? undefined : new URL(sharedPath(scene.runId, secret), window.location.href).href
    },
    isLocal: createMemo(() => pending().some((one) => acts.has(one.name) && concernsRun(one, scene.runId))),
    change: (change) =>
      workspace.mutate.shareRun({
        runId: scene.runId,
        ...(share() === undefined ? { secret: ids.shareSecret() } : {}),
        ...change,
      }),
  }
}
