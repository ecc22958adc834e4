import { createMemo, type Accessor } from 'solid-js'
import { hasExpired, PlanShare } from '#shared/domain/plan-share.ts'
import { canChangePlanShare, canEditPlans } from '#shared/domain/policies.ts'
import type { PlanId } from '#shared/ids.ts'
import { sharedPlanPath } from '#shared/protocol/shared-plan.ts'
import { keys } from '#sync/core/keys.ts'
import type { SharePlanArgs } from '#sync/core/mutators/share-plan.ts'
import { getRow } from '#sync/core/transaction.ts'
import { useNow } from '../../../state/clock.ts'
import { useIds } from '../../../state/platform.ts'
import { useQuery } from '../../../state/query.ts'
import { usePending } from '../../../state/sync-status.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { useWorkspace } from '../../../state/workspace.ts'

/** How the plan is shared beyond its team, and what this person may change of that. */
export type PlanSharing = {
  /** `undefined`: it is not. */
  readonly share: Accessor<PlanShare | undefined>
  readonly isOver: Accessor<boolean>
  readonly mayBegin: Accessor<boolean>
  readonly mayChange: Accessor<boolean>
  readonly link: Accessor<string | undefined>
  /** Something of it is only on this device so far. */
  readonly isLocal: Accessor<boolean>
  readonly begin: () => Promise<void>
  readonly change: (change: Pick<SharePlanArgs, 'access' | 'expiresAt'>) => Promise<void>
  readonly stop: () => Promise<void>
}

const acts: ReadonlySet<string> = new Set(['sharePlan', 'stopPlanSharing'])

export function usePlanShare(planId: PlanId): PlanSharing {
  const workspace = useWorkspace()
  const team = useTeamData()
  const ids = useIds()
  const pending = usePending()
  const now = useNow()
  const row = useQuery(() => (tx) => getRow(tx, keys.planShare(planId), PlanShare), { key: null })
  const share = (): PlanShare | undefined => row.value
  const role = () => team.me()?.role
  return {
    share,
    isOver: createMemo(() => {
      const known = share()
      return known !== undefined && hasExpired(known, now())
    }),
    mayBegin: () => canEditPlans(role()),
    mayChange: () => {
      const known = share()
      return known !== undefined && canChangePlanShare(role(), workspace.userId, known.createdBy)
    },
    link: () => {
      const secret = share()?.secret
      return secret === undefined ? undefined : new URL(sharedPlanPath(planId, secret), window.location.href).href
    },
    isLocal: createMemo(() =>
      pending().some(({ name, args }) => acts.has(name) && Reflect.get(Object(args), 'planId') === planId),
    ),
    begin: () => workspace.mutate.sharePlan({ planId, secret: ids.shareSecret(), access: 'view' }),
    change: (change) => workspace.mutate.sharePlan({ planId, ...change }),
    stop: () => workspace.mutate.stopPlanSharing({ planId }),
  }
}
