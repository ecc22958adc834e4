import { runGit } from '../run/changes/git.ts'
import type { Hiding } from '../secrets/hiding.ts'

/** More of a patch is not looked through. */
const patchLimit = 50_000_000

/** The secret whose value a commit would bring to others; `undefined`: none that the run was given. */
export async function heldSecret(
  gitFolder: string,
  { commit, hiding, hostEnv }: { commit: string; hiding: Hiding; hostEnv: Readonly<Record<string, string>> },
): Promise<string | undefined> {
  if (hiding.isIdle) return undefined
  const { stdout } = await runGit(
    ['diff-tree', '-p', '--text', '--no-ext-diff', '--no-textconv', '--no-color', '--no-commit-id', commit],
    {
      cwd: gitFolder,
      env: {
        PATH: hostEnv['PATH'] ?? '/usr/bin:/bin',
        GIT_DIR: gitFolder,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
      },
      maxBytes: patchLimit,
    },
  )
  const added = stdout
    .split('\n')
    .filter((line) => line.startsWith('+'))
    .map((line) => line.slice(1))
    .join('\n')
  const hidden = hiding.content(added)
  return hidden === added ? undefined : (/\[secret ([A-Za-z_]\w*)\]/.exec(hidden)?.[1] ?? 'of this run')
}
