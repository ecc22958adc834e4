import { readFile, rename, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Clock } from '../clock.ts'

/** Images that this runner fetched itself, and when each was used last: only they are its own to remove. */
export interface FetchedImages {
  note(about: { image: string; fetched: boolean }): void
  /** Removes the one that was not used for longest. @returns false when none could go. */
  dropOldest(): Promise<boolean>
}

const Known = z.record(z.string(), z.number())
/** An image is told no more often. */
const noteEveryMs = 60_000

/** @param remove false: it is in use. */
export function createFetchedImages(deps: {
  file: string
  clock: Clock
  remove: (image: string) => Promise<boolean>
  onTrouble: (error: unknown) => void
}): FetchedImages {
  let order: Promise<unknown> = Promise.resolve()

  const inOrder = <T>(work: () => Promise<T>): Promise<T> => {
    const next = order.then(work)
    order = next.catch(() => {})
    return next
  }

  async function read(): Promise<Record<string, number>> {
    const text = await readFile(deps.file, 'utf8').catch(() => '{}')
    try {
      return Known.parse(JSON.parse(text))
    } catch {
      // Nothing is removed of which nobody knows whose it is.
      return {}
    }
  }

  async function write(known: Record<string, number>): Promise<void> {
    const half = `${deps.file}.new`
    await writeFile(half, JSON.stringify(known), { mode: 0o600 })
    await rename(half, deps.file)
  }

  return {
    note: ({ image, fetched }) => {
      const now = deps.clock.now()
      inOrder(async () => {
        const known = await read()
        const at = known[image]
        if (at === undefined && !fetched) return
        if (at !== undefined && now - at < noteEveryMs) return
        await write({ ...known, [image]: now })
      }).catch(deps.onTrouble)
    },
    dropOldest: () =>
      inOrder(async () => {
        const known = await read()
        const oldestFirst = Object.entries(known).toSorted(([, a], [, b]) => a - b)
        for (const [image] of oldestFirst) {
          if (!(await deps.remove(image))) continue
          const { [image]: _, ...rest } = known
          await write(rest)
          return true
        }
        return false
      }),
  }
}
