import { gzipSync } from 'node:zlib'
import { isWorkspacePath } from '#shared/domain/mention.ts'
import { listedPathsLimit, type WorkspacePaths } from '#shared/domain/workspace-paths.ts'
import { writeSymbols } from '#shared/domain/workspace-symbols.ts'
import type { BlobStore } from '../link/blob-store.ts'
import type { Hiding } from '../secrets/hiding.ts'
import type { SymbolFinder } from '../symbols/symbol-finder.ts'
import type { Changes } from './changes/changes.ts'
import type { ListedFile } from './changes/list-files.ts'
import type { Journal } from './journal.ts'

/**
 * Tells which files a workspace holds and what is defined in them, so that people can mention them; again only when they are others. The paths go first,
 * since the first look into all files takes seconds. Never rejects.
 */
export function createPathTeller(deps: {
  readonly changes: Pick<Changes, 'list' | 'contents'>
  readonly journal: Pick<Journal, 'append'>
  readonly blobs: BlobStore
  readonly hiding: Pick<Hiding, 'text'>
  readonly symbols: SymbolFinder
  /** The server knows what to do with it. */
  readonly isHeard: () => boolean
  readonly signal: AbortSignal
}): () => Promise<void> {
  let told: WorkspacePaths | undefined
  let running: Promise<void> | undefined
  let again = false

  async function tell(): Promise<void> {
    if (!deps.isHeard() || deps.signal.aborted) return
    const found = await deps.changes.list(deps.signal)
    // What is no UTF-8, or fits into no line, can't be written in a message.
    const files = (found ?? []).filter(({ path }) => isWorkspacePath(path) && !path.includes('\ufffd'))
    if (files.length === 0) return
    const shown = files.slice(0, listedPathsLimit)
    const blob = await store(shown.map(({ path }) => path).join('\n'))
    if (blob === undefined) return
    const isCut = shown.length < files.length
    const paths: WorkspacePaths = { blob, count: shown.length, ...(isCut ? { cut: true } : {}) }
    if (blob !== told?.blob) append({ ...paths, ...(told?.symbols === undefined ? {} : { symbols: told.symbols }) })
    const symbols = await symbolsOf(shown)
    if (symbols?.blob !== told?.symbols?.blob) append({ ...paths, ...(symbols === undefined ? {} : { symbols }) })
  }

  function append(paths: WorkspacePaths): void {
    if (deps.signal.aborted) return
    told = paths
    deps.journal.append({ type: 'paths', paths })
  }

  async function symbolsOf(files: readonly ListedFile[]): Promise<WorkspacePaths['symbols']> {
    const read = (ids: readonly string[]) => deps.changes.contents(ids, deps.signal)
    const { files: listed, count, cut } = await deps.symbols.find(files, read, deps.signal)
    if (count === 0) return undefined
    const blob = await store(writeSymbols(listed))
    return blob === undefined ? told?.symbols : { blob, count, ...(cut ? { cut } : {}) }
  }

  const store = (text: string) => deps.blobs.put(gzipSync(Buffer.from(deps.hiding.text(text))))

  async function tellAll(): Promise<void> {
    do {
      again = false
      // It is a help, and no reason to end or to hold up a run.
      await tell().catch(() => undefined)
    } while (again)
    running = undefined
  }

  return () => {
    again = running !== undefined
    return (running ??= tellAll())
  }
}
