import { localPath, runHostGit, type HostGit } from '../run/clone.ts'
import type { PlannedRepository } from './set-up-plan.ts'

/**
 * Where a repository would stand if it were cloned now, asked of its host. @returns `undefined` where that can't be told: then it is cloned, and
 * git says why it can't be.
 */
export async function resolveCommit(
  host: Omit<HostGit, 'write'>,
  { url, branch, commit }: PlannedRepository,
): Promise<string | undefined> {
  if (commit !== undefined) return commit
  let text = ''
  const write = (piece: string): void => {
    if (text.length < 200_000) text += piece
  }
  const wanted = branch === undefined ? ['HEAD'] : [`refs/heads/${branch}`, `refs/tags/${branch}`]
  const code = await runHostGit({ ...host, write }, ['ls-remote', '--', localPath(url), ...wanted])
  if (code !== 0) return undefined
  const refs = new Map(
    text.split('\n').flatMap((line) => {
      const [, commit, ref] = /^([0-9a-f]{40,64})\t(\S+)$/.exec(line) ?? []
      return commit === undefined || ref === undefined ? [] : [[ref, commit] as const]
    }),
  )
  const tag = `refs/tags/${branch ?? ''}`
  // As git clones it: a branch before a tag of the same name, and the commit that a tag stands for.
  return branch === undefined
    ? refs.get('HEAD')
    : (refs.get(`refs/heads/${branch}`) ?? refs.get(`${tag}^{}`) ?? refs.get(tag))
}
