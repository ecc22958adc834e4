import { go, snapshot, type SnapshotKey } from 'fuzzysort'
import { readSymbols, type WorkspaceSymbol } from '#shared/domain/workspace-symbols.ts'

/** What a workspace's files define, ready to be searched by name with each letter. */
export type SymbolIndex = {
  /** Best first; for nothing typed, none: there are too many. */
  find(query: string, most: number): readonly WorkspaceSymbol[]
}

export function createSymbolIndex(text: string): SymbolIndex {
  const all = readSymbols(text)
  let searched: SnapshotKey<WorkspaceSymbol> | undefined
  return {
    find(query, most) {
      const words = query.trim()
      if (words === '') return []
      searched ??= snapshot(all, { key: 'name' })
      return go(words, searched, { limit: most, threshold: 0.4 }).map(({ obj }) => obj)
    },
  }
}
