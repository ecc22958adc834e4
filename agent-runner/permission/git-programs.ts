import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import { posix } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Settings whose value Git runs while it only shows something. */
const running =
  /^(?:core\.(?:fsmonitor|alternaterefscommand)|diff\.external|diff\..+\.(?:command|textconv)|filter\..+\.(?:clean|smudge|process)|gpg\.(?:.+\.)?program)$/

/**
 * What the repository around a folder makes Git run by itself for `status`, `diff` or `log`: names of its own settings and
 * of a hook. The person's own settings don't count; a repository's come from whoever wrote its `.git`, and a plain folder
 * of a clone can be one. Reading them runs nothing.
 */
export async function gitPrograms(
  folder: string,
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const own = { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' }
  const options = { cwd: folder, signal, maxBuffer: 4 * 1024 * 1024, env: { ...environment, ...own } }
  const git = async (...args: string[]): Promise<string> =>
    (await run('git', ['-c', 'safe.directory=*', ...args], options)).stdout
  try {
    const hook = (await git('rev-parse', '--git-path', 'hooks/post-index-change')).trimEnd()
    const fields = (await git('config', '--list', '--show-scope', '-z')).split('\0')
    const found = fields.flatMap((scope, at) => {
      const [name = '', value = 'true'] = at % 2 === 0 ? (fields[at + 1] ?? '').split(/\n(.*)/s) : []
      const counts = (scope === 'local' || scope === 'worktree') && running.test(name)
      return counts && !/^(?:true|false|yes|no|on|off|1|0|)$/i.test(value) ? [name] : []
    })
    const hooked = await access(posix.resolve(folder, hook)).then(
      () => ['the hook post-index-change'],
      () => [],
    )
    return [...found, ...hooked]
  } catch (error) {
    if (error instanceof Error && 'stderr' in error && /not a git repository/.test(String(error.stderr))) return []
    throw error
  }
}
