import { z } from 'zod'
import { assert } from '../assert.ts'
import { isBranchName } from './branch-name.ts'

export const commitPathLimit = 300
export const commitMessageLimit = 2_000

/** A file within a repository: never above it, and nothing of git's own, however a file system spells that. */
export const CommitPath = z
  .string()
  .min(1)
  .max(commitPathLimit)
  .refine(
    (path) =>
      !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\]/u.test(path) &&
      path.split('/').every((part) => part.trim() !== '' && !/^\.{1,2}$/.test(part) && !isGits(part)),
    'must be a path within the repository',
  )

export const CommitBranch = z.string().refine(isBranchName, 'must be a name that a branch can have')

/** One line or more; the first is the subject. */
export const CommitMessage = z
  .string()
  .trim()
  .min(1)
  .max(commitMessageLimit)
  .refine((text) => !/[^\P{Cc}\n\t]/u.test(text), 'must be plain text')

/** Where a run writes the text of its plan, instead of executing it. */
export const PlanCommit = z.object({ path: CommitPath, branch: CommitBranch })
export type PlanCommit = z.infer<typeof PlanCommit>

/** `Extract billing!` as part of a path and of a branch. */
export function slugOf(title: string): string {
  const slug = title
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .slice(0, 60)
    .replaceAll(/^-+|-+$/g, '')
  return slug === '' ? 'plan' : slug
}

/**
 * A runbook that writes exactly `markdown` to a file on a branch, commits that file alone, shows the commit, and pushes it where that can be done.
 * Nothing that a person typed is read by a shell as anything but its own letters: the text is a here-document with a quoted end that it does not hold,
 * the rest stands in single quotes. `nonce`: letters and digits.
 */
export function commitRunbook(asked: {
  readonly title: string
  readonly markdown: string
  readonly commit: PlanCommit
  readonly message: string
  readonly nonce: string
}): string {
  const { markdown, nonce } = asked
  // From a device of ours they are checked already; a mistake there must not reach a shell.
  const { path, branch } = PlanCommit.parse(asked.commit)
  const message = CommitMessage.parse(asked.message)
  assert(/^[A-Za-z0-9]+$/.test(nonce), 'a nonce is letters and digits')
  assert(
    markdown.endsWith('\n') && !markdown.includes('\r'),
    'a plan ends its last line, and all of them by a line feed',
  )
  const end = `END_OF_PLAN_${nonce}`
  assert(!markdown.split('\n').includes(end), 'the end is not in the text')
  const [file, name] = [quoted(`./${path}`), quoted(branch)]
  const [ref, remote] = [quoted(`refs/heads/${branch}`), quoted(`refs/remotes/origin/${branch}`)]
  const folders = path.split('/').slice(0, -1).join('/')
  const write = [
    'cd -- "$(git rev-parse --show-toplevel)"',
    'export GIT_TERMINAL_PROMPT=0',
    `if git show-ref --verify --quiet ${ref}; then git switch --quiet ${name}`,
    `elif git fetch --quiet origin ${quoted(`+refs/heads/${branch}:refs/remotes/origin/${branch}`)} 2> /dev/null; then git switch --quiet --no-track --create ${name} ${remote}`,
    `else git switch --quiet --create ${name}; fi`,
    'place=.',
    `for part in ${path.split('/').map(quoted).join(' ')}; do`,
    '  place="$place/$part"',
    '  if [ -L "$place" ]; then echo "$place is a link. The plan is not written through it: choose another path."; exit 1; fi',
    'done',
    ...(folders === '' ? [] : [`mkdir -p -- ${quoted(`./${folders}`)}`]),
    `cat > ${file} <<'${end}'`,
    `${markdown}${end}`,
  ]
  const commit = [
    `git --literal-pathspecs add -- ${file}`,
    `if git --literal-pathspecs diff --cached --quiet -- ${file}; then`,
    `  echo 'The branch has this very text already. There is nothing to commit.'`,
    'else',
    `  if [ -z "$(git config user.email)" ]; then git config user.name Drover; git config user.email drover@localhost; fi`,
    `  git --literal-pathspecs commit --quiet --only --message=${quoted(message)} -- ${file}`,
    "  git --no-pager show --stat --patch --format='%h %s' HEAD",
    'fi',
  ]
  const push = [
    'if ! git remote get-url origin > /dev/null 2>&1; then',
    `  echo 'There is no remote to push to. The branch is in this copy:'; pwd`,
    `elif git push --quiet origin ${quoted(`HEAD:refs/heads/${branch}`)}; then`,
    `  echo 'The branch was pushed.'`,
    'else',
    `  echo 'The branch could not be pushed from here. It is in this copy:'; pwd`,
    'fi',
  ]
  return [
    `The text of the plan “${oneLine(asked.title)}” goes to \`${path.replaceAll('`', '')}\` on the branch \`${branch.replaceAll('`', '')}\`.`,
    '## Write the file',
    fenced(write),
    '## Commit it',
    fenced(commit),
    '## Push the branch',
    fenced(push),
  ].join('\n\n')
}

/** As a POSIX shell reads it: its letters, whatever they are. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** A block that nothing in it can close. */
function fenced(lines: readonly string[]): string {
  const code = lines.join('\n')
  const longest = Math.max(3, ...[...code.matchAll(/~+/g)].map(([signs]) => signs.length + 1))
  const fence = '~'.repeat(longest)
  return `${fence}sh\n${code}\n${fence}`
}

/** What stands before the steps must not look like one. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').replaceAll(/[`~]/g, '')
}

/** `.git` as Linux, macOS (signs that are not seen) and Windows (short names, dots and spaces at the end) understand it. */
function isGits(part: string): boolean {
  const plain = part.toLowerCase().replaceAll(/[. ]+$/g, '')
  return plain === '.git' || /^git~\d+$/.test(plain) || part.toLowerCase().startsWith('.git:')
}
