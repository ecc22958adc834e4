import { join } from 'node:path'
import type { NotRestored } from '#shared/domain/snapshot.ts'
import type { Changes } from '../run/changes/changes.ts'
import { applyPatch } from './patch.ts'
import { listTreeChanges } from './tree-list.ts'
import { writeFiles } from './write-files.ts'

export interface TreeToRestore {
  /** The tree that the patch was made against, and the one that it leads to. */
  base: string
  tree: string
  patch: Buffer
}

export interface RestoredTree {
  failed: NotRestored[]
  /** Every file is, byte by byte, what it was. */
  exact: boolean
  /** What the files are now, as a tree. */
  tree: string
}

/**
 * Brings a fresh workspace to what a snapshot says. On the very files that the snapshot was made against, the outcome is the tree that it names or it
 * is refused; on others each file is tried alone. What a set-up made meanwhile gives way. @throws when git fails.
 */
export async function restoreTree(
  changes: Changes,
  wanted: TreeToRestore,
  { folder, workspace, seenAs, signal }: { folder: string; workspace: string; seenAs: string; signal?: AbortSignal },
): Promise<RestoredTree> {
  const now = await changes.state(signal)
  if (now === undefined) throw new Error('There is no start that the snapshot could be applied to.')
  const { store } = changes
  const within = signal === undefined ? {} : { signal }
  const patched = await applyPatch(store, {
    from: now.base,
    patch: wanted.patch,
    index: join(folder, 'restore-index'),
    ...within,
  })
  const isSame = now.base === wanted.base
  if (isSame && patched.failed.length === 0 && patched.tree !== wanted.tree)
    throw new Error('The snapshot does not lead to the files that it names.')
  // On another start only what the snapshot changed is touched.
  const from = isSame ? now.tree : now.base
  const list = await listTreeChanges(store, from, patched.tree, within)
  const unwritten = await writeFiles(store, list, { root: workspace, seenAs, ...within })
  const failed = [...patched.failed, ...unwritten]
  return { failed, exact: isSame && failed.length === 0, tree: patched.tree }
}
