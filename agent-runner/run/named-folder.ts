import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createChangeStore } from './changes/change-store.ts'
import { shownPath } from './changes/change-list.ts'
import { runGit } from './changes/git.ts'

/** Where a repository stands that a person has open on this machine. */
export interface NamedFolder {
  /** Its commit, when it is on no branch. */
  detachedAt: string | undefined
  /** Files that differ from its commit, by name: a clone does not have these changes. */
  uncommitted: string[]
}

/**
 * Looks at a folder without executing what its configuration says: with a git folder of ours, whose ties to it are its index and its
 * object store.
 * @returns `undefined` where there is no repository with files.
 */
export async function lookAtFolder(
  folder: string,
  { env, signal }: { env: Readonly<Record<string, string>>; signal: AbortSignal },
): Promise<NamedFolder | undefined> {
  const ask = (args: readonly string[]): ReturnType<typeof runGit> =>
    runGit(args, { cwd: folder, env: { ...env }, signal })
  const places = await ask(['rev-parse', '--show-toplevel', '--absolute-git-dir', '--git-common-dir']).catch(
    () => undefined,
  )
  const [top, gitFolder, common] = places?.code === 0 ? places.stdout.trimEnd().split('\n') : []
  if (top === undefined || gitFolder === undefined || common === undefined) return undefined
  const commit = (await ask(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'])).stdout.trim()
  const branch = await ask(['symbolic-ref', '--quiet', 'HEAD'])
  const own = await mkdtemp(join(tmpdir(), 'drover-look-'))
  try {
    const objects = join(resolve(folder, common), 'objects')
    const call = {
      workTree: top,
      signal,
      encoding: 'latin1' as const,
      variables: { GIT_ALTERNATE_OBJECT_DIRECTORIES: JSON.stringify(objects) },
    }
    const store = createChangeStore({ gitFolder: own, path: env['PATH'] ?? '/usr/bin:/bin' })
    await store.init(commit.length === 64 ? 'sha256' : 'sha1', signal)
    await copyFile(join(gitFolder, 'index'), join(own, 'index')).catch(() => undefined)
    await store.git(['update-index', '-q', '--refresh'], call)
    const lists = [
      await store.git(['diff-files', '--name-only', '-z', '--ignore-submodules=all'], call),
      ...(commit === '' ? [] : [await store.git(['diff-index', '--cached', '--name-only', '-z', commit], call)]),
      await store.git(['ls-files', '--others', '--exclude-standard', '-z'], call),
    ]
    const names = lists.flatMap(({ stdout }) => stdout.split('\0').filter((name) => name !== ''))
    return {
      detachedAt: branch.code === 0 || commit === '' ? undefined : commit,
      uncommitted: [...new Set(names)].toSorted().map(shownPath),
    }
  } finally {
    await rm(own, { recursive: true, force: true })
  }
}
