import { ArtifactId, type RunId } from '#shared/ids.ts'

/** By what the pull request of a run is known, however often it is told. `place` as in `PublishStage`. */
export function pullArtifact(runId: RunId, { place, number }: { place: number; number: number }): ArtifactId {
  return ArtifactId.parse(`${runId}-pull-request-${place === 0 ? '' : `${place}-`}${number}`)
}
