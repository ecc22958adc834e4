import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { parseJson } from '#shared/domain/secret-value.ts'
import type { ChangeStore, ObjectFormat } from './change-store.ts'
import { readHead } from './read-head.ts'
import { takeObjects } from './take-objects.ts'

/** Where a repository of the workspace stood right after its clone. `folder` below the workspace; empty: the workspace itself. */
export const RepositoryStart = z.object({
  folder: z.string(),
  commit: z.string(),
  branch: z.string().optional(),
})
export type RepositoryStart = z.infer<typeof RepositoryStart>

const fileIn = (gitFolder: string): string => join(gitFolder, 'drover-starts.json')

/**
 * Gives the git folder of ours the history of repositories that lie side by side in a fresh workspace, so that commits can be made on it, and writes
 * down where each stands. One whose objects have other names than ours is left out: nothing can be committed to it from here.
 */
export async function keepStarts(
  folders: readonly string[],
  at: {
    store: ChangeStore
    gitFolder: string
    workspace: string
    hardLinks: boolean
    formatOf: (folder: string) => Promise<ObjectFormat>
  },
): Promise<void> {
  const starts: RepositoryStart[] = []
  for (const folder of folders) {
    const place = join(at.workspace, folder)
    const { commit, branch } = await readHead(join(place, '.git'))
    if (commit === undefined || (await at.formatOf(place)) !== 'sha1') continue
    const [from, to] = [join(place, '.git/objects'), join(at.gitFolder, 'objects')]
    if (!(await takeObjects(from, to, at))) {
      await at.store.must(['pack-objects', '--quiet', '--revs', '--window=0', join(to, 'pack/pack')], {
        input: `${commit}\n`,
        variables: { GIT_ALTERNATE_OBJECT_DIRECTORIES: JSON.stringify(from) },
      })
    }
    starts.push({ folder, commit, ...(branch === undefined ? {} : { branch }) })
  }
  await writeFile(fileIn(at.gitFolder), JSON.stringify(starts))
}

/** What was written down; none for a workspace of a time when nothing was. */
export async function readStarts(gitFolder: string): Promise<readonly RepositoryStart[]> {
  const text = await readFile(fileIn(gitFolder), 'utf8').catch(() => undefined)
  return z.array(RepositoryStart).safeParse(text === undefined ? [] : parseJson(text)).data ?? []
}
