import { ArtifactId } from '#shared/ids.ts'
import type { Clock } from '../clock.ts'
import type { HarnessDeclaration } from '../harness/declaration.ts'
import { messageOf } from '../log.ts'
import type { PlanTools } from '../plan-tools/mcp-host.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Results } from './results.ts'
import type { RunWorkerDeps } from './run-deps.ts'
import type { Transcript } from './transcript.ts'

/** The plan tools for a new session; `undefined` where the harness takes none, or can't reach them. `ways`: of where its process is. */
export async function openPlanTools(
  deps: Pick<RunWorkerDeps, 'runId' | 'planTools'> & {
    clock: Pick<Clock, 'now'>
    transcript: Pick<Transcript, 'notice'>
    results: Pick<Results, 'show'>
  },
  {
    declaration,
    ways,
  }: { declaration: Pick<HarnessDeclaration, 'name' | 'quirks'>; ways: Pick<Sandbox, 'reach' | 'ownProgram'> },
): Promise<PlanTools | undefined> {
  const host = deps.planTools()
  if (host === undefined || !declaration.quirks.takesTools) return undefined
  const show: Parameters<typeof host.open>[1] = ({ planId, title }) =>
    deps.results.show({
      id: ArtifactId.parse(`plan-${planId}`),
      kind: 'link',
      title: title === '' ? 'Untitled plan' : title,
      detail: 'Plan',
      planId,
      at: deps.clock.now(),
    })
  return host.open(deps.runId, show, ways).catch((error: unknown) => {
    deps.transcript.notice('warning', `${declaration.name} has no tools for plans this time.`, messageOf(error))
    return undefined
  })
}
