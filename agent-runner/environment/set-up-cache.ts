import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readFile, readdir, rename, stat, statfs, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Clock } from '../clock.ts'
import { copyTrees, removeTree, treeBytes } from './copy-tree.ts'
import { dropSpare, makeSpare, takeSpare } from './spare-copy.ts'
import { partsBelow, type SetUpFolders } from './set-up-folders.ts'

export interface SetUpCacheLimits {
  /** 0: nothing is kept. */
  count: number
  bytes: number
  /** Since it was last used. */
  days: number
}

const Entry = z.object({
  /** When it was made, and how long that took. */
  at: z.number(),
  tookMs: z.number(),
  commands: z.number(),
  bytes: z.number(),
  /** Of the container, where something outside of its folders changed. */
  image: z.string().optional(),
  branch: z.string().optional(),
  commit: z.string().optional(),
})
export type KeptSetUp = z.infer<typeof Entry>

/**
 * What set-ups made, for runs that would make the same: `<folder>/<key>/` with `workspace`, `home`, `changes.git` and `entry.json`. An entry is
 * there whole or not at all: it is made under another name and moved in place, and what an ended process left half is removed.
 * What was used last may have `spare`, another copy of the three, which the next run gets by moving it.
 */
export interface SetUpCache {
  readonly on: boolean
  /** For digests of secrets; made once and kept beside. */
  secretKey(): Promise<string>
  /** What is kept under this name. */
  find(key: string): Promise<KeptSetUp | undefined>
  /** Puts it into a run's empty folders. @returns false when it is gone, or can't be copied. */
  restore(key: string, into: SetUpFolders, signal: AbortSignal): Promise<boolean>
  /** Keeps what a run has just been set up with. @returns why it is not kept. */
  keep(
    key: string,
    from: SetUpFolders,
    made: Omit<KeptSetUp, 'at' | 'bytes'>,
    signal: AbortSignal,
  ): Promise<{ bytes: number } | { why: string }>
  /** One preparation at a time for each name: the others wait, and find what it made. `waits` is told first. */
  alone<T>(key: string, work: () => Promise<T>, waits: () => void): Promise<T>
  /** Images that entries need. */
  images(): Promise<string[]>
  /** Makes room: what was not used for longest goes. @returns false when nothing is left that may go. */
  dropOldest(): Promise<boolean>
  close(): Promise<void>
}

const entryFile = 'entry.json'
/** Of the disk, which is left free. */
const freeShare = 0.05

export function createSetUpCache(deps: {
  folder: string
  limits: SetUpCacheLimits
  clock: Clock
  dropImage: (id: string) => Promise<void>
  onTrouble: (error: unknown) => void
}): SetUpCache {
  const { folder, limits, clock } = deps
  const orders = new Map<string, Promise<unknown>>()
  const inUse = new Map<string, number>()
  let tidying: Promise<void> = Promise.resolve()
  let ready: Promise<void> | undefined
  let laid: { key: string; made: Promise<void> } | undefined
  const closing = new AbortController()
  const newHalf = (): string => join(folder, `.new-${clock.newId()}`)

  /** Removes what an earlier process left half. */
  const open = (): Promise<void> =>
    (ready ??= (async () => {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      for (const name of await readdir(folder)) if (name.startsWith('.new-')) await removeTree(join(folder, name))
    })())

  async function find(key: string): Promise<KeptSetUp | undefined> {
    if (limits.count === 0) return undefined
    await open()
    const text = await readFile(join(folder, key, entryFile), 'utf8').catch(() => undefined)
    return text === undefined ? undefined : parseEntry(text)
  }

  async function using<T>(key: string, work: () => Promise<T>): Promise<T> {
    inUse.set(key, (inUse.get(key) ?? 0) + 1)
    try {
      return await work()
    } finally {
      const left = (inUse.get(key) ?? 1) - 1
      if (left === 0) inUse.delete(key)
      else inUse.set(key, left)
    }
  }

  async function drop(key: string, image: string | undefined): Promise<void> {
    const aside = newHalf()
    await rename(join(folder, key), aside)
    await removeTree(aside)
    if (image !== undefined) await deps.dropImage(image)
  }

  async function newestFirst(): Promise<{ key: string; usedAt: number; kept: KeptSetUp | undefined }[]> {
    const entries = []
    for (const key of (await readdir(folder)).filter((name) => /^[0-9a-f]{40}$/.test(name))) {
      const used = await stat(join(folder, key, entryFile)).catch(() => undefined)
      entries.push({ key, usedAt: used?.mtimeMs ?? 0, kept: await find(key) })
    }
    return entries.toSorted((a, b) => b.usedAt - a.usedAt)
  }

  /** The limits hold again: what was not used for longest goes first. */
  function tidy(): Promise<void> {
    tidying = tidying.then(async () => {
      const entries = await newestFirst()
      let [count, bytes] = [0, 0]
      for (const { key, usedAt, kept } of entries) {
        count += 1
        bytes += kept?.bytes ?? 0
        const isOld = clock.now() - usedAt > limits.days * 86_400_000
        if (kept !== undefined && !isOld && count <= limits.count && bytes <= limits.bytes) continue
        if (inUse.has(key)) continue
        count -= 1
        bytes -= kept?.bytes ?? 0
        await drop(key, kept?.image)
      }
    })
    tidying = tidying.catch(deps.onTrouble)
    return tidying
  }

  async function dropOldest(): Promise<boolean> {
    await open()
    let isGone = false
    tidying = tidying.then(async () => {
      const oldest = (await newestFirst()).findLast(({ key }) => !inUse.has(key))
      if (oldest === undefined) return
      await drop(oldest.key, oldest.kept?.image)
      isGone = true
    })
    tidying = tidying.catch(deps.onTrouble)
    await tidying
    return isGone
  }

  async function hasRoom(bytes: number): Promise<boolean> {
    const { bavail, blocks, bsize } = await statfs(folder)
    return bavail * bsize - bytes >= blocks * bsize * freeShare
  }

  async function keep(
    key: string,
    from: SetUpFolders,
    made: Omit<KeptSetUp, 'at' | 'bytes'>,
    signal: AbortSignal,
  ): Promise<{ bytes: number } | { why: string }> {
    await open()
    const half = newHalf()
    try {
      const bytes = (await Promise.all([from.workspace, from.home].map(treeBytes))).reduce((sum, one) => sum + one, 0)
      if (bytes > limits.bytes)
        return { why: `it takes ${megabytes(bytes)}, and ${megabytes(limits.bytes)} is the most` }
      if (!(await hasRoom(bytes))) {
        const { bavail, bsize } = await statfs(folder)
        return { why: `it takes ${megabytes(bytes)}, and the disk has only ${megabytes(bavail * bsize)} left` }
      }
      await mkdir(half, { mode: 0o700 })
      // Together, so that files which stand in two of them under one number do so in the copy.
      await copyTrees([from.workspace, from.home, from.changes], half, signal)
      await writeFile(join(half, entryFile), JSON.stringify({ ...made, at: clock.now(), bytes } satisfies KeptSetUp))
      await rename(half, join(folder, key)).catch(async (error: unknown) => {
        // Somebody else kept the same meanwhile, or a damaged one is in the way.
        if ((await find(key)) === undefined) throw error
        await removeTree(half)
      })
      void tidy()
      layIn(key)
      return { bytes }
    } catch (error) {
      await removeTree(half)
      throw error
    }
  }

  /** A spare copy for the next run, of the entry that was used last: one at a time, where there is room for it. */
  function layIn(key: string): void {
    const entry = join(folder, key)
    const made = (laid?.made ?? Promise.resolve()).then(async () => {
      if (closing.signal.aborted) return
      const entries = await newestFirst()
      const bytes = entries.find((one) => one.key === key)?.kept?.bytes
      if (bytes === undefined) return
      for (const one of entries) if (one.key !== key) await dropSpare(join(folder, one.key), newHalf())
      const all = entries.reduce((sum, { kept }) => sum + (kept?.bytes ?? 0), bytes)
      if (all <= limits.bytes && (await hasRoom(bytes))) await makeSpare(entry, newHalf(), closing.signal)
    })
    const quiet = made.catch(async (error: unknown) => {
      // It may have been dropped meanwhile.
      if (!closing.signal.aborted && (await find(key)) !== undefined) deps.onTrouble(error)
    })
    laid = { key, made: quiet }
  }

  async function restore(key: string, into: SetUpFolders, signal: AbortSignal): Promise<boolean> {
    return using(key, async () => {
      const entry = join(folder, key)
      await mkdir(into.changes, { recursive: true })
      try {
        // It is further than a copy that would begin now.
        if (laid?.key === key) await Promise.race([laid.made, aborted(signal)])
        if (!(await takeSpare(entry, newHalf(), into))) {
          const from = partsBelow(entry)
          await copyTrees([`${from.workspace}/.`], into.workspace, signal)
          await copyTrees([`${from.home}/.`], into.home, signal)
          await copyTrees([`${from.changes}/.`], into.changes, signal)
        }
        layIn(key)
        const now = new Date(clock.now())
        await utimes(join(entry, entryFile), now, now)
        return true
      } catch (error) {
        signal.throwIfAborted()
        deps.onTrouble(error)
        return false
      }
    })
  }

  return {
    on: limits.count > 0,
    secretKey: async () => {
      await open()
      const file = join(folder, 'secret.key')
      await writeFile(file, randomBytes(32).toString('hex'), { flag: 'wx', mode: 0o600 }).catch(() => {})
      return readFile(file, 'utf8')
    },
    find,
    restore,
    keep,
    images: async () => {
      await open()
      return (await newestFirst()).flatMap(({ kept }) => kept?.image ?? [])
    },
    dropOldest,
    alone: async (key, work, waits) => {
      const before = orders.get(key)
      if (before !== undefined) waits()
      const mine = (before ?? Promise.resolve()).then(work, work)
      const settled = mine.then(
        () => {},
        () => {},
      )
      orders.set(key, settled)
      void settled.then(() => {
        if (orders.get(key) === settled) orders.delete(key)
      })
      return mine
    },
    close: async () => {
      closing.abort()
      await laid?.made
      await tidying
    },
  }
}

/** @throws why it was aborted. */
async function aborted(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort')
  throw signal.reason
}

export function megabytes(bytes: number): string {
  return bytes < 10e9
    ? `${Math.max(1, Math.round(bytes / 1e6)).toLocaleString('en')} MB`
    : `${Math.round(bytes / 1e9)} GB`
}

function parseEntry(text: string): KeptSetUp | undefined {
  try {
    const parsed = Entry.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}
