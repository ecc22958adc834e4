import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createChanges, type Changes } from '#agent-runner/run/changes/changes.ts'

/** A repository, and workspaces that were cloned of it as a runner does. */
export interface SnapshotPlace {
  readonly origin: string
  clone(): Promise<{ changes: Changes; folder: string; workspace: string }>
  remove(): Promise<void>
}

export async function openSnapshotPlace(fill: (origin: string) => Promise<void>): Promise<SnapshotPlace> {
  const root = await mkdtemp(join(tmpdir(), 'drover-snapshot-'))
  const origin = join(root, 'origin')
  await mkdir(origin)
  await fill(origin)
  let count = 0
  return {
    origin,
    clone: async () => {
      const folder = join(root, `run-${count++}`)
      const workspace = join(folder, 'workspace')
      await mkdir(folder)
      execFileSync('git', ['-c', 'core.splitIndex=false', 'clone', '--quiet', origin, workspace], { stdio: 'ignore' })
      const changes = createChanges({
        folder,
        workspace,
        path: process.env['PATH'] ?? '',
        blobs: { put: async () => undefined, close: () => {} },
        now: () => Date.now(),
      })
      await changes.begin({ hardLinks: true })
      return { changes, folder, workspace }
    },
    remove: () => rm(root, { recursive: true, force: true }),
  }
}
