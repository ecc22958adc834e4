import { gzipSync } from 'node:zlib'
import { isWorkspacePath } from '#shared/domain/mention.ts'
import { listedPathsLimit } from '#shared/domain/workspace-paths.ts'
import type { BlobStore } from '../link/blob-store.ts'
import type { Hiding } from '../secrets/hiding.ts'
import type { Changes } from './changes/changes.ts'
import type { Journal } from './journal.ts'

/** Tells which files a workspace holds, so that people can mention them; again only when they are others. Never rejects. */
export function createPathTeller(deps: {
  readonly changes: Pick<Changes, 'list'>
  readonly journal: Pick<Journal, 'append'>
  readonly blobs: BlobStore
  readonly hiding: Pick<Hiding, 'text'>
  /** The server knows what to do with it. */
  readonly isHeard: () => boolean
  readonly signal: AbortSignal
}): () => Promise<void> {
  let told: string | undefined

  async function tell(): Promise<void> {
    if (!deps.isHeard() || deps.signal.aborted) return
    const found = await deps.changes.list(deps.signal)
    // What is no UTF-8, or fits into no line, can't be written in a message.
    const paths = (found ?? []).filter((path) => isWorkspacePath(path) && !path.includes('\ufffd'))
    if (paths.length === 0) return
    const shown = paths.slice(0, listedPathsLimit)
    const blob = await deps.blobs.put(gzipSync(Buffer.from(deps.hiding.text(shown.join('\n')))))
    if (blob === undefined || blob === told || deps.signal.aborted) return
    told = blob
    const isCut = shown.length < paths.length
    deps.journal.append({ type: 'paths', paths: { blob, count: shown.length, ...(isCut ? { cut: true } : {}) } })
  }

  // It is a help, and no reason to end or to hold up a run.
  return () => tell().catch(() => undefined)
}
