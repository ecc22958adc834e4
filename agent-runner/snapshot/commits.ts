import { runScript } from '../own-agent/inside/script.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'

/**
 * An agent's commits. Its repository is the agent's to write, so git reads it only where the agent itself lives: in the sandbox, in which a hook or a
 * setting that executes something reaches no further than the agent.
 */
const bundleBytes = 100_000_000
const gitMs = 20_000

const take = [
  'cd "$1" || exit 1',
  'git -c core.hooksPath=/dev/null bundle create --quiet - "$2" "^$3" 2>/dev/null',
].join('\n')

/** What leads from a commit to the branch, or to HEAD, as a bundle. @returns `undefined` where it can't be had, such as without git. */
export async function bundleCommits(
  sandbox: Sandbox,
  { folder, branch, base }: { folder: string; branch: string | undefined; base: string },
): Promise<Buffer | undefined> {
  const taken = await runScript(sandbox, take, {
    args: [placeOf(sandbox, folder), branch === undefined ? 'HEAD' : `refs/heads/${branch}`, base],
    limit: bundleBytes,
    signal: AbortSignal.timeout(gitMs),
  }).catch(() => undefined)
  return taken === undefined || taken.code !== 0 || taken.isCut || taken.stdout.byteLength === 0
    ? undefined
    : taken.stdout
}

const bring = [
  'cd "$1" || exit 1',
  'file=$(mktemp) && trap \'rm -f "$file"\' EXIT && cat > "$file"',
  'run() { git -c core.hooksPath=/dev/null "$@"; }',
  'if [ -s "$file" ]; then run -c fetch.fsckObjects=true fetch --quiet "$file" "+$4:refs/drover/restored" || exit 1; fi',
  'run cat-file -e "$3^{commit}" || exit 1',
  // The files are brought back apart, as they were: only what git says of them changes.
  'if [ -n "$2" ]; then run symbolic-ref HEAD "refs/heads/$2" && run update-ref "refs/heads/$2" "$3" || exit 1',
  'else run update-ref --no-deref HEAD "$3" || exit 1; fi',
  'run update-ref -d refs/drover/restored',
  'run reset --quiet --mixed || exit 1',
].join('\n')

/** Puts the repository on the branch and commit that it was on. @returns a sentence where that failed. */
export async function bringCommits(
  sandbox: Sandbox,
  {
    folder,
    branch,
    head,
    bundle,
  }: { folder: string; branch: string | undefined; head: string; bundle: Uint8Array | undefined },
): Promise<string | undefined> {
  const ref = branch === undefined ? 'HEAD' : `refs/heads/${branch}`
  const done = await runScript(sandbox, bring, {
    args: [placeOf(sandbox, folder), branch ?? '', head, ref],
    stdin: bundle ?? '',
    signal: AbortSignal.timeout(gitMs),
  }).catch((error: unknown) => ({ code: 1, stderr: error instanceof Error ? error.message : String(error) }))
  return done.code === 0 ? undefined : done.stderr.split('\n').at(-1)?.slice(0, 200) || 'git could not do it'
}

function placeOf(sandbox: Sandbox, folder: string): string {
  return folder === '' ? sandbox.workspace : `${sandbox.workspace}/${folder}`
}
