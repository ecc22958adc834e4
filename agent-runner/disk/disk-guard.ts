import { statfs } from 'node:fs/promises'
import type { RunId } from '#shared/ids.ts'
import { messageOf, type Log } from '../log.ts'
import {
  judgeSpace,
  runsToStop,
  shortSentence,
  tightest,
  type RunUse,
  type Space,
  type SpaceState,
} from './space-rules.ts'

/** Watches the disks of a runner: makes room of what can be made again, holds new runs back, and stops one that fills them. */
export interface DiskGuard {
  /** Looks now, and does what has to be done. */
  look(): Promise<void>
  /** A sentence while nothing new is taken. */
  short(): string | undefined
  /** Of the disk that has least; `undefined` before the first look. */
  freeBytes(): number | undefined
}

/** Something that can be made again. `drop` removes the one that was not used for longest. @returns false when none is left. */
export interface Droppable {
  readonly name: string
  drop(): Promise<boolean>
}

export interface DiskGuardDeps {
  name: string
  limits: { minFreeBytes: number; runBytes: number }
  /** Folders whose file systems are watched; asked each time, since Docker comes and goes. */
  folders: () => Promise<readonly string[]>
  /** In the order in which they go. */
  droppable: readonly Droppable[]
  /** Runs at work. */
  runs: () => readonly { runId: RunId; folder: string }[]
  treeBytes: (folder: string) => Promise<number>
  stop: (runId: RunId, text: string) => void
  log: Log
}

/** One look drops no more than this. */
const mostDropped = 50

export function createDiskGuard(deps: DiskGuardDeps): DiskGuard {
  const { limits, log } = deps
  let state: SpaceState = 'roomy'
  let least: Space | undefined
  const sizes = new Map<RunId, number>()

  async function measure(): Promise<void> {
    const spaces = await Promise.all((await deps.folders()).map(spaceOf))
    least = tightest(spaces.flatMap((space) => space ?? []))
    if (least !== undefined) state = judgeSpace(least.freeBytes, limits.minFreeBytes, state)
  }

  async function makeRoom(): Promise<void> {
    let dropped = 0
    for (const { name, drop } of deps.droppable) {
      while (state !== 'roomy' && dropped < mostDropped) {
        const went = await drop().catch((error: unknown) => {
          log.warn({ error: messageOf(error) }, `Room could not be made of ${name}.`)
          return false
        })
        if (!went) break
        dropped += 1
        await measure()
      }
    }
    if (dropped > 0)
      log.info({ dropped, free: least?.freeBytes }, `The disk was short, so ${dropped} of what can be made again went.`)
  }

  async function watchRuns(): Promise<void> {
    const runs = deps.runs()
    const uses: RunUse[] = []
    for (const { runId, folder } of runs) {
      const bytes = await deps.treeBytes(folder).catch(() => undefined)
      if (bytes === undefined) continue
      uses.push({ runId, bytes, before: sizes.get(runId) ?? bytes })
      sizes.set(runId, bytes)
    }
    for (const runId of sizes.keys()) if (!runs.some((run) => run.runId === runId)) sizes.delete(runId)
    for (const { runId, text } of runsToStop(uses, { runBytes: limits.runBytes, state, space: least })) {
      log.warn({ runId }, text)
      deps.stop(runId, text)
    }
  }

  return {
    look: async () => {
      const before = state
      await measure()
      if (state !== 'roomy') await makeRoom()
      if (limits.runBytes > 0 || state === 'critical') await watchRuns()
      if (state !== before && least !== undefined) {
        if (state === 'roomy') log.info({ free: least.freeBytes }, 'There is room on the disk again.')
        else log.warn({ free: least.freeBytes }, shortSentence(deps.name, least, limits.minFreeBytes))
      }
    },
    short: () =>
      state === 'roomy' || least === undefined ? undefined : shortSentence(deps.name, least, limits.minFreeBytes),
    freeBytes: () => least?.freeBytes,
  }
}

async function spaceOf(folder: string): Promise<Space | undefined> {
  const found = await statfs(folder).catch(() => undefined)
  return found === undefined ? undefined : { folder, freeBytes: found.bavail * found.bsize }
}
