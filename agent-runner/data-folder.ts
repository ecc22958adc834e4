import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { RunnerId } from '#shared/ids.ts'
import { err, ok, type Result } from '#shared/result.ts'
import type { Clock } from './clock.ts'
import { codeOf } from './log.ts'
import { isAlive, markProcess } from './sandbox/process-tree.ts'

/** The runner's folder: `id`, `runner.lock`, `runs/<runId>/…`, `tools/<name>@<version>/…`, `set-ups/<key>/…`, `git/…`. */
export interface DataFolder {
  readonly runnerId: RunnerId
  readonly runs: string
  readonly tools: string
  /** What set-ups of environments made. */
  readonly setUps: string
  /** What SSH knows of Git hosts, and its keys while git is at work. */
  readonly git: string
  /** Names of the images that it fetched. */
  readonly images: string
  /** Gives the folder free for another runner process. */
  close(): Promise<void>
}

const Holder = z.object({ pid: z.number().int(), started: z.string() })

/**
 * One runner process for each folder.
 * @param workspaces where the folders of runs lie instead, in one for this runner. @returns a sentence when another one lives.
 */
export async function openDataFolder(
  folder: string,
  clock: Clock,
  workspaces?: string,
): Promise<Result<DataFolder, string>> {
  const tools = join(folder, 'tools')
  for (const path of [folder, tools]) await mkdir(path, { recursive: true, mode: 0o700 })
  const setUps = join(folder, 'set-ups')
  const lock = join(folder, 'runner.lock')
  const holder = await takeLock(lock, clock)
  if (holder !== undefined) {
    return err(
      `A runner is already running on ${folder} (process ${holder}). Stop it first, or give this one another folder with DROVER_RUNNER_DIR.`,
    )
  }
  const runnerId = await readId(join(folder, 'id'), clock)
  const runs = workspaces === undefined ? join(folder, 'runs') : join(workspaces, runnerId)
  await mkdir(runs, { recursive: true, mode: 0o700 })
  return ok({
    runnerId,
    runs,
    tools,
    setUps,
    git: join(folder, 'git'),
    images: join(folder, 'fetched-images.json'),
    close: () => rm(lock, { force: true }),
  })
}

/** @returns the pid of the living holder, or `undefined` once the lock is ours. */
async function takeLock(lock: string, clock: Clock): Promise<number | undefined> {
  const own = await markProcess(process.pid)
  const mine = `${lock}.${process.pid}`
  await writeFile(mine, JSON.stringify(own ?? { pid: process.pid, started: String(clock.now()) }), { mode: 0o600 })
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      try {
        // A link appears whole or not at all, and never over another one.
        await link(mine, lock)
        return undefined
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error
      }
      const text = await readFile(lock, 'utf8').catch(() => '')
      const holder = parseHolder(text)
      if (holder !== undefined && (await isAlive(holder))) return holder.pid
      // Moved aside and looked at again, so that a lock which somebody took meanwhile is not lost.
      const aside = `${mine}.stale`
      await rename(lock, aside).catch((error: unknown) => {
        if (codeOf(error) !== 'ENOENT') throw error
      })
      const moved = await readFile(aside, 'utf8').catch(() => text)
      if (moved !== text) await link(aside, lock).catch(() => {})
      await rm(aside, { force: true })
    }
    throw new Error(`${lock} could not be taken`)
  } finally {
    await rm(mine, { force: true })
  }
}

function parseHolder(text: string): z.infer<typeof Holder> | undefined {
  try {
    const parsed = Holder.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}

async function readId(path: string, clock: Clock): Promise<RunnerId> {
  const known = RunnerId.safeParse((await readFile(path, 'utf8').catch(() => '')).trim())
  if (known.success) return known.data
  const made = RunnerId.parse(clock.newId())
  await writeFile(path, `${made}\n`, { mode: 0o600 })
  return made
}
