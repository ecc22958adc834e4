import { withoutCredentials } from '#shared/domain/git-host.ts'
import type { RunId } from '#shared/ids.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, ok, type Result } from '#shared/result.ts'
import { explainGit } from '../git/explain.ts'
import type { RunGit } from '../git/run-git.ts'
import { localPath, runHostGit } from '../run/clone.ts'

/** Brings a commit to a branch of its host, out of a git folder of ours: no hook and no setting of the workspace has a part in it. Nothing is overwritten. */
export async function pushCommit(
  {
    git,
    runId,
    hostEnv,
    gitFolder,
    signal,
  }: {
    git: RunGit
    runId: RunId
    hostEnv: Readonly<Record<string, string>>
    gitFolder: string
    signal: AbortSignal
  },
  { url, commit, branch }: { url: string; commit: string; branch: string },
): Promise<Result<void, Refusal>> {
  let said = ''
  const code = await git.onHost([url], (variables) =>
    runHostGit(
      {
        runId,
        env: { ...hostEnv, LC_ALL: 'C', ...variables },
        write: (text) => {
          said = (said + text).slice(-8000)
        },
        signal,
      },
      [
        `--git-dir=${gitFolder}`,
        '-c',
        'core.hooksPath=/dev/null',
        'push',
        '--porcelain',
        '--',
        localPath(url),
        `${commit}:refs/heads/${branch}`,
      ],
    ),
  )
  if (code === 0) return ok()
  return err(refusalOfPush(said, { url, branch, git }))
}

function refusalOfPush(said: string, { url, branch, git }: { url: string; branch: string; git: RunGit }): Refusal {
  const words = /^remote: (?:error: |fatal: )?(\S.*)$/m.exec(said.replaceAll(/^remote: *$/gm, ''))?.[1]?.trim()
  if (/\((?:non-fast-forward|fetch first)\)/.test(said))
    return refusal(
      'conflict',
      `${branch} has commits there that this run does not have. Choose another branch, or let the agent bring them together`,
    )
  if (/cannot lock ref|directory file conflict|is at [0-9a-f]+ but expected|'refs\/heads\/[^']+' exists/i.test(said))
    return refusal(
      'conflict',
      `another branch there is in the way of ${branch}: Git takes no branch “a” beside “a/b”. Choose another branch`,
    )
  if (/protected branch|\(pre-receive hook declined\)|\[remote rejected\]/i.test(said))
    return refusal(
      'not_allowed',
      `the host does not take ${branch}${words === undefined ? '' : `: ${words}`}`.slice(0, 400),
    )
  const why = explainGit(said, { url, credentials: git.credentials })
  if (why !== undefined) return refusal('not_allowed', why.replace(/\.$/, '').slice(0, 450))
  const last = withoutCredentials(said).trim().split('\n').at(-1) ?? ''
  return refusal('internal', `git could not push: ${last}`.slice(0, 400))
}
