import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { systemClock } from '#agent-runner/clock.ts'
import { createChanges, type Changes } from '#agent-runner/run/changes/changes.ts'
import type { FileChange } from '#shared/domain/transcript.ts'
import { BlobHash } from '#shared/ids.ts'

/** A run's folder with a workspace in it, for tests of what is told of its changes. */
export interface ChangingWorkspace {
  readonly folder: string
  readonly workspace: string
  readonly changes: Changes
  write(path: string, text: string): Promise<void>
  git(at: string, ...args: string[]): string
  /** A repository with one commit of these files, cloned into the workspace, and the start of the run. */
  beginWith(files: Readonly<Record<string, string>>, config?: readonly string[]): Promise<void>
  /** What `read` lists, by path. */
  seen(): Promise<Record<string, FileChange>>
  remove(): Promise<void>
}

export async function createChangingWorkspace(more: { ignoringMs?: number } = {}): Promise<ChangingWorkspace> {
  const folder = await mkdtemp(join(tmpdir(), 'drover-changes-'))
  const workspace = join(folder, 'workspace')
  await mkdir(workspace)
  const changes = createChanges({
    folder,
    workspace,
    path: process.env['PATH'] ?? '/usr/bin:/bin',
    blobs: { put: async () => BlobHash.parse('0'.repeat(64)), close: () => {} },
    now: systemClock.now,
    ...more,
  })

  function git(at: string, ...args: string[]): string {
    const settings = ['user.name=Test', 'user.email=test@example.com', 'protocol.file.allow=always']
    const options = settings.flatMap((setting) => ['-c', setting])
    return execFileSync('git', [...options, ...args], { cwd: join(workspace, at), stdio: 'pipe' }).toString()
  }
  async function put(root: string, path: string, text: string): Promise<void> {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }

  return {
    folder,
    workspace,
    changes,
    write: (path, text) => put(workspace, path, text),
    git,
    beginWith: async (files, config = []) => {
      const origin = join(folder, 'origin')
      await mkdir(origin)
      git('../origin', 'init', '--quiet')
      for (const [path, text] of Object.entries(files)) await put(origin, path, text)
      git('../origin', 'add', '-A')
      git('../origin', 'commit', '--quiet', '-m', 'first')
      git('.', ...config.flatMap((setting) => ['-c', setting]), 'clone', '--quiet', '--no-hardlinks', origin, '.')
      await changes.begin()
    },
    seen: async () => {
      const set = await changes.read()
      return Object.fromEntries((set?.files ?? []).map((file) => [file.path, file]))
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
