import type { RunId } from '#shared/ids.ts'

/** What a file system has. */
export interface Space {
  readonly folder: string
  readonly freeBytes: number
}

/** `short`: nothing new is taken. `critical`: what is at work would fill the rest. */
export type SpaceState = 'roomy' | 'short' | 'critical'

/** Above the least, before new runs are taken again: a runner at the edge would take and refuse in turns. */
const roomAgain = 1.1
const criticalShare = 0.25

/** @param minFreeBytes 0: nothing is too little. */
export function judgeSpace(freeBytes: number, minFreeBytes: number, before: SpaceState): SpaceState {
  if (minFreeBytes === 0) return 'roomy'
  if (freeBytes < minFreeBytes * criticalShare) return 'critical'
  if (freeBytes < minFreeBytes) return 'short'
  return before === 'roomy' || freeBytes >= minFreeBytes * roomAgain ? 'roomy' : 'short'
}

/** The file system that has least. */
export function tightest(spaces: readonly Space[]): Space | undefined {
  return [...spaces].toSorted((a, b) => a.freeBytes - b.freeBytes)[0]
}

/** Why new runs wait. */
export function shortSentence(name: string, { folder, freeBytes }: Space, minFreeBytes: number): string {
  const text = `Runner ${name} has ${gigabytes(freeBytes)} left on its disk (${folder}) and takes nothing new below ${gigabytes(minFreeBytes)}. Free space there.`
  return text.length > 300 ? `${text.slice(0, 299)}…` : text
}

/** What a run takes of the disk, and what it took when it was looked at before. */
export interface RunUse {
  readonly runId: RunId
  readonly bytes: number
  readonly before: number
}

/** Runs that are stopped, with the reason of each: those beyond the bound, and where the disk is all but full the one that grows most. */
export function runsToStop(
  uses: readonly RunUse[],
  { runBytes, state, space }: { runBytes: number; state: SpaceState; space: Space | undefined },
): { runId: RunId; text: string }[] {
  const beyond = runBytes === 0 ? [] : uses.filter(({ bytes }) => bytes > runBytes)
  const kept = 'It was stopped; its workspace is kept.'
  if (beyond.length > 0)
    return beyond.map(({ runId, bytes }) => ({
      runId,
      text: `The run took ${gigabytes(bytes)} of the runner’s disk, and ${gigabytes(runBytes)} is the most (DROVER_RUNNER_RUN_DISK). ${kept}`,
    }))
  if (state !== 'critical' || space === undefined) return []
  const [most] = [...uses].toSorted((a, b) => b.bytes - b.before - (a.bytes - a.before))
  if (most === undefined || most.bytes <= most.before) return []
  const text = `The runner’s disk (${space.folder}) has only ${gigabytes(space.freeBytes)} left, and this run grows most. ${kept}`
  return [{ runId: most.runId, text }]
}

/** To three digits, as disks are sold. */
export function gigabytes(bytes: number): string {
  if (bytes < 1e9) return `${Math.round(bytes / 1e6)} MB`
  return `${(bytes / 1e9).toFixed(bytes < 10e9 ? 1 : 0)} GB`
}
