import { useNavigate } from '@tanstack/solid-router'
import { canEditPlans } from '#shared/domain/policies.ts'
import { useIds } from './platform.ts'
import { useTeamData } from './team-data.ts'
import { useWorkspace } from './workspace.ts'

export type NewPlan = {
  readonly mayMake: () => boolean
  /** Makes an empty plan on this device, in `folder` if one is given, and goes to its page. Rejects where the device can't keep it. */
  readonly make: (folder?: string) => Promise<void>
}

export function useNewPlan(): NewPlan {
  const workspace = useWorkspace()
  const data = useTeamData()
  const ids = useIds()
  const navigate = useNavigate()
  return {
    mayMake: () => canEditPlans(data.me()?.role),
    async make(folder = '') {
      const planId = ids.planId()
      await workspace.mutate.createPlan({ planId, title: '', folder })
      void navigate({ to: '/plans/$planId', params: { planId } })
    },
  }
}
