import type { Node } from '@tiptap/pm/model'
import { sameStep } from '#shared/domain/plan-run.ts'
import { displayState, hasEnded, type Run } from '#shared/domain/run.ts'
import { partOf } from '#sync/core/plan/scope.ts'
import { planWords } from '../../../words/plan.ts'
import { stateWords } from '../../../words/states.ts'
import type { StepRun } from '../editor/parts/step-runs.ts'

/** Which step each of these runs is at, by the words of its task. Of two at one step the newer is told. */
export function stepRunsOf(
  plan: Node,
  runs: readonly Run[],
  agentOf: (harness: string) => { readonly name: string; readonly letters: string },
): readonly StepRun[] {
  const found = new Map<string, StepRun>()
  for (const run of runs) {
    const current = run.tasks?.current
    if (run.plan === undefined || run.plan.commit !== undefined || current === undefined || hasEnded(run.state))
      continue
    const step = partOf(plan, run.plan.scope)?.steps.find(({ text }) => sameStep(text, current))
    if (step?.id === null || step === undefined || found.has(step.id)) continue
    const state = displayState(run)
    const { name, letters } = agentOf(run.config.harness)
    const text = stateWords[state]
    const label = planWords.execute.atStep(name, text)
    found.set(step.id, { stepId: step.id, href: `/runs/${run.id}`, state, letters, text, label })
  }
  return [...found.values()]
}
