import { go, snapshot, type Snapshot } from 'fuzzysort'

/** The files of a workspace and the folders that they lie in, ready to be searched with each letter. */
export type PathIndex = {
  readonly count: number
  has(path: string): boolean
  /** Best first; for nothing typed, the first ones. */
  find(query: string, most: number): readonly string[]
}

/** Of paths, one a line. */
export function createPathIndex(text: string): PathIndex {
  const files = text.split('\n').filter((path) => path !== '')
  const folders = new Set<string>()
  for (const file of files)
    for (let at = file.lastIndexOf('/'); at > 0; at = file.lastIndexOf('/', at - 1)) {
      const folder = file.slice(0, at + 1)
      // What stands above a known folder is known.
      if (folders.has(folder)) break
      folders.add(folder)
    }
  const all = [...folders, ...files]
  const known = new Set(all)
  let searched: Snapshot | undefined
  return {
    count: all.length,
    has: (path) => known.has(path),
    find(query, most) {
      const text = query.trim()
      if (text === '') return all.slice(0, most)
      searched ??= snapshot(all)
      return go(text, searched, { limit: most, threshold: 0.2 }).map(({ target }) => target)
    },
  }
}
