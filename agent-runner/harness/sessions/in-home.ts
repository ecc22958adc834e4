import { lstat, opendir } from 'node:fs/promises'
import { join } from 'node:path'
import type { NotRestored } from '#shared/domain/snapshot.ts'
import { bringHomeFile, takeHomeFile } from '../../snapshot/home-files.ts'
import { isPlainId, type SessionPlace, type SessionStore } from './session-store.ts'

type Named = Pick<SessionPlace, 'id' | 'workspace'>

/** For a harness whose files have names that follow from the session. */
export function namedFiles(names: (session: Named) => readonly string[]): SessionStore {
  return {
    async take(place) {
      const files = await Promise.all(names(place).map((name) => takeHomeFile(place.home, name)))
      return files.some((file) => file === undefined) ? undefined : files.flatMap((file) => file ?? [])
    },
    async bring(place, files) {
      const failed: NotRestored[] = []
      for (const [index, name] of names(place).entries()) {
        const file = files[index]
        const why =
          file === undefined ? 'it is not in the snapshot' : await bringHomeFile(place.home, name, file.content)
        if (why !== undefined) failed.push({ path: name, reason: why })
      }
      return failed
    },
  }
}

/** Where to look for the file of a session whose name has a time in it. */
export interface Whereabouts {
  /** Below the home folder. */
  readonly folder: string
  /** What folders below are called, level by level. */
  readonly levels: readonly RegExp[]
  readonly name: RegExp
}

/** For a harness that keeps a session in one file, under a name that has to be found. `brought`: the name that it gets elsewhere; absent: its own. */
export function foundFile(where: (session: Named) => Whereabouts, brought?: (session: Named) => string): SessionStore {
  return {
    async take(place) {
      if (!isPlainId(place.id)) return undefined
      const path = await newestFile(place.home, where(place))
      const file = path === undefined ? undefined : await takeHomeFile(place.home, path)
      return file === undefined ? undefined : [file]
    },
    async bring(place, files) {
      const [file] = files
      if (file === undefined || !isPlainId(place.id)) return [{ path: place.id, reason: 'it is not in the snapshot' }]
      const path = brought?.(place) ?? file.path
      if (brought === undefined && !fitsPlace(path, where(place)))
        return [{ path, reason: 'its path is none that a session of this agent has' }]
      const why = await bringHomeFile(place.home, path, file.content)
      return why === undefined ? [] : [{ path, reason: why }]
    },
  }
}

/** Entries of one folder that are looked at; a run has few. */
const lookedAt = 5_000

/** The path below `home` of the file that was written last. Only names are read on the way; whoever opens it follows no link. */
export async function newestFile(home: string, { folder, levels, name }: Whereabouts): Promise<string | undefined> {
  let folders = [folder]
  for (const level of levels)
    folders = (await Promise.all(folders.map((one) => entriesOf(home, one, level)))).flat().slice(0, lookedAt)
  const found = (await Promise.all(folders.map((one) => entriesOf(home, one, name)))).flat()
  const dated = await Promise.all(
    found.map(async (path) => ({ path, at: (await lstat(join(home, path)).catch(() => undefined))?.mtimeMs ?? 0 })),
  )
  return dated.toSorted((a, b) => b.at - a.at)[0]?.path
}

async function entriesOf(home: string, folder: string, wanted: RegExp): Promise<string[]> {
  const found: string[] = []
  try {
    let seen = 0
    for await (const { name } of await opendir(join(home, folder))) {
      if (wanted.test(name)) found.push(`${folder}/${name}`)
      if (++seen === lookedAt) break
    }
  } catch {
    // It is not there, or not to be read: nothing is found in it.
  }
  return found
}

/** Whether a path that comes from elsewhere is one of these. */
export function fitsPlace(path: string, { folder, levels, name }: Whereabouts): boolean {
  if (!path.startsWith(`${folder}/`)) return false
  const parts = path.slice(folder.length + 1).split('/')
  const patterns = [...levels, name]
  return parts.length === patterns.length && patterns.every((pattern, index) => pattern.test(parts[index] ?? ''))
}
