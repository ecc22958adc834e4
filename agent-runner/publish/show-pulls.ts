import { createHash } from 'node:crypto'
import { parseRemote } from '#shared/domain/git-host.ts'
import { parsePullPage } from '#shared/domain/pull-look.ts'
import { ArtifactId, type RunId } from '#shared/ids.ts'
import type { Clock } from '../clock.ts'
import { planSetUp } from '../environment/set-up-plan.ts'
import type { Journal } from '../run/journal.ts'
import type { Results } from '../run/results.ts'
import { pullArtifact } from './pull-artifact.ts'
import { toldPull } from './told-pull.ts'

/** A run that makes more of them has told enough. */
const mostShown = 20

/** Pull requests that the agent itself has opened, each once, for `onRan` of what it tells. */
export function showPulls(
  runId: RunId,
  {
    results,
    clock,
    journal,
  }: { results: Pick<Results, 'show'>; clock: Pick<Clock, 'now'>; journal: Pick<Journal, 'memory'> },
): (command: string, output: string) => void {
  const shown = new Set<string>()
  return (command, output) => {
    const told = toldPull(command, output)
    if (told === undefined || shown.has(told.url) || shown.size >= mostShown) return
    shown.add(told.url)
    results.show({
      id: pullId(runId, { ...told, journal }),
      kind: 'pull_request',
      title: `#${told.number}`,
      detail: new URL(told.url).host.slice(0, 300),
      url: told.url,
      at: clock.now(),
    })
  }
}

/** The same for what a person and the agent open in one repository (`pullArtifact`); one elsewhere is known by its page. */
function pullId(
  runId: RunId,
  { number, url, journal }: { number: number; url: string; journal: Pick<Journal, 'memory'> },
): ArtifactId {
  const { assignment } = journal.memory()
  const repositories = assignment === undefined ? [] : planSetUp(assignment).repositories
  const page = parsePullPage(url)
  const index = repositories.findIndex((one) => {
    const remote = parseRemote(one.url)
    return (
      remote !== undefined &&
      remote.host.replace(/:\d+$/, '') === page?.host.replace(/:\d+$/, '') &&
      remote.path === page.path
    )
  })
  if (index !== -1) return pullArtifact(runId, { place: repositories.length === 1 ? 0 : index + 1, number })
  const elsewhere = createHash('sha256').update(url).digest('hex').slice(0, 8)
  return ArtifactId.parse(`${runId}-pull-request-${elsewhere}-${number}`)
}
