import type { Editor } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { createSignal, type Accessor } from 'solid-js'
import type { Plan } from '#shared/domain/plan.ts'
import { canStartRuns } from '#shared/domain/policies.ts'
import type { Run } from '#shared/domain/run.ts'
import { uuidv7 } from '#shared/ids.ts'
import type { PlanDocument } from '#sync/client/plans/plan-document.ts'
import { usePlatform } from '../../../state/platform.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { editorPart } from '../editor-part.ts'
import type { StepRun } from '../editor/parts/step-runs.ts'
import { useRunsOf } from './linked-runs.tsx'
import type { PlanParts } from './read-parts.ts'

export type Execution = {
  /** Runs of the plan, the newest first. */
  readonly runs: Accessor<readonly Run[]>
  /** Opens the choice of what to do; `undefined` where this person starts no runs of it. */
  readonly ask: Accessor<(() => void) | undefined>
  readonly asking: Accessor<boolean>
  readonly setAsking: (asking: boolean) => void
  /** What can be chosen, read now. */
  readonly parts: () => PlanParts | undefined
  readonly stepRuns: (plan: Node) => readonly StepRun[]
}

/** What a plan's page has to do with its runs. The code that reads the text comes with the editor. */
export function useExecution(of: {
  readonly plan: Accessor<Plan>
  readonly editor: Accessor<Editor | undefined>
  readonly document: Accessor<PlanDocument | undefined>
}): Execution {
  const data = useTeamData()
  const platform = usePlatform()
  const [asking, setAsking] = createSignal(false)
  const runs = useRunsOf(of.plan().id)
  const code = () => editorPart.here()?.editorCode
  const may = () => canStartRuns(data.me()?.role) && of.plan().archivedAt === undefined && of.editor() !== undefined
  return {
    runs,
    ask: () => (may() ? () => setAsking(true) : undefined),
    asking,
    setAsking,
    parts() {
      const [editor, document] = [of.editor(), of.document()]
      if (editor === undefined || document === undefined) return undefined
      return code()?.readParts(editor, document.doc, () => uuidv7(platform.now(), platform.random(10)))
    },
    stepRuns: (plan) => code()?.stepRunsOf(plan, runs(), data.harness) ?? [],
  }
}
