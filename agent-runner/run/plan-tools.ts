import { ArtifactId } from '#shared/ids.ts'
import type { Clock } from '../clock.ts'
import { reachesRunner, type HarnessDeclaration } from '../harness/declaration.ts'
import { messageOf } from '../log.ts'
import type { PlanTools } from '../plan-tools/mcp-host.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Journal } from './journal.ts'
import type { Results } from './results.ts'
import type { RunWorkerDeps } from './run-deps.ts'
import type { Transcript } from './transcript.ts'

/** The plan tools for a new session; `undefined` where the harness takes none, or can't reach them. */
export async function openPlanTools(
  deps: Pick<RunWorkerDeps, 'runId' | 'planTools'> & {
    journal: Pick<Journal, 'memory'>
    clock: Pick<Clock, 'now'>
    transcript: Pick<Transcript, 'notice'>
    results: Pick<Results, 'show'>
  },
  {
    declaration,
    sandbox,
  }: { declaration: Pick<HarnessDeclaration, 'name' | 'quirks'>; sandbox: Pick<Sandbox, 'kind'> },
): Promise<PlanTools | undefined> {
  const host = deps.planTools()
  if (host === undefined || !declaration.quirks.takesTools) return undefined
  if (!reachesRunner(sandbox.kind, declaration.quirks)) {
    if (deps.journal.memory().facts.sessionId === undefined)
      deps.transcript.notice('info', `In a container ${declaration.name} has no tools for plans.`)
    return undefined
  }
  const opened = host.open(deps.runId, ({ planId, title }) =>
    deps.results.show({
      id: ArtifactId.parse(`plan-${planId}`),
      kind: 'link',
      title: title === '' ? 'Untitled plan' : title,
      detail: 'Plan',
      planId,
      at: deps.clock.now(),
    }),
  )
  return opened.catch((error: unknown) => {
    deps.transcript.notice('warning', `${declaration.name} has no tools for plans this time.`, messageOf(error))
    return undefined
  })
}
