import { ArtifactId, type RunId } from '#shared/ids.ts'
import type { Clock } from '../clock.ts'
import type { Results } from '../run/results.ts'
import { toldPull } from './told-pull.ts'

/** A run that makes more of them has told enough. */
const mostShown = 20

/** Pull requests that the agent itself has opened, each once, for `onRan` of what it tells. */
export function showPulls(
  runId: RunId,
  { results, clock }: { results: Pick<Results, 'show'>; clock: Pick<Clock, 'now'> },
): (command: string, output: string) => void {
  const shown = new Set<string>()
  return (command, output) => {
    const told = toldPull(command, output)
    if (told === undefined || shown.has(told.url) || shown.size >= mostShown) return
    shown.add(told.url)
    results.show({
      id: ArtifactId.parse(`${runId}-pull-request-${told.number}`),
      kind: 'pull_request',
      title: `#${told.number}`,
      detail: new URL(told.url).host.slice(0, 300),
      url: told.url,
      at: clock.now(),
    })
  }
}
