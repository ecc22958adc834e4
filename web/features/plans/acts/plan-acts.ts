import type { Plan, PlanState } from '#shared/domain/plan.ts'
import { canDeletePlan, canEditPlans } from '#shared/domain/policies.ts'
import { refusalText } from '../../../state/refusal-text.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { showToast } from '../../../ui/toast.tsx'
import { plansWords } from '../../../words/plans.ts'
import { titleOf } from '../list/list-model.ts'

/** What can be done to a plan as a whole. None of it rejects: what went wrong is said. */
export type PlanActs = {
  readonly mayEdit: () => boolean
  readonly mayDelete: (plan: Plan) => boolean
  readonly setState: (plan: Plan, state: PlanState) => Promise<void>
  readonly move: (plan: Plan, folder: string) => Promise<void>
  readonly archive: (plan: Plan, archived: boolean) => Promise<boolean>
  /** Whether runs at it are told of changes by themselves. */
  readonly setTells: (plan: Plan, tells: boolean) => Promise<boolean>
  readonly remove: (plan: Plan) => Promise<boolean>
}

export function usePlanActs(): PlanActs {
  const workspace = useWorkspace()
  const data = useTeamData()
  const tried = async (act: Promise<void>): Promise<boolean> => {
    try {
      await act
      return true
    } catch (error) {
      showToast({ text: refusalText(error) })
      return false
    }
  }
  const setArchived = (plan: Plan, archived: boolean) =>
    tried(workspace.mutate.changePlan({ planId: plan.id, archived }))
  return {
    mayEdit: () => canEditPlans(data.me()?.role),
    mayDelete: (plan) => canDeletePlan(data.me()?.role, workspace.userId, plan.createdBy),
    setState: async (plan, state) => void (await tried(workspace.mutate.changePlan({ planId: plan.id, state }))),
    move: async (plan, folder) => void (await tried(workspace.mutate.changePlan({ planId: plan.id, folder }))),
    async archive(plan, archived) {
      const done = await setArchived(plan, archived)
      if (done && archived)
        showToast({
          text: plansWords.archived(titleOf(plan)),
          action: { label: plansWords.undo, onAction: () => void setArchived(plan, false) },
        })
      return done
    },
    setTells: (plan, tells) => tried(workspace.mutate.changePlan({ planId: plan.id, tells })),
    remove: (plan) => tried(workspace.mutate.deletePlan({ planId: plan.id })),
  }
}
