import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseRunbook } from '#agent-runner/harness/runbook/parse-runbook.ts'
import { CommitMessage, CommitPath, CommitBranch, commitRunbook, slugOf } from '#shared/domain/plan-commit.ts'

/** The steps as they are executed, by a real shell on real repositories. */
let folder: string
let origin: string
let copy: string
const markdown = '# Extract billing\n\n- [ ] Move the ledger\n'
const env = {
  PATH: process.env['PATH'] ?? '',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
}
const git = (at: string, ...args: string[]): string =>
  execFileSync('git', ['-C', at, '-c', 'user.name=T', '-c', 'user.email=t@example.test', ...args], {
    encoding: 'utf8',
    env: { ...env, HOME: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  })

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-commit-'))
  origin = join(folder, 'origin.git')
  copy = join(folder, 'copy')
  git(folder, 'init', '--quiet', '--bare', '--initial-branch=main', origin)
  const seed = join(folder, 'seed')
  git(folder, 'clone', '--quiet', origin, seed)
  git(seed, 'commit', '--quiet', '--allow-empty', '-m', 'begin')
  git(seed, 'push', '--quiet', 'origin', 'HEAD:main')
  git(folder, 'clone', '--quiet', origin, copy)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

type Asked = Partial<Parameters<typeof commitRunbook>[0]>

const runbookOf = (asked: Asked = {}): string =>
  commitRunbook({
    title: 'Extract billing',
    markdown,
    commit: { path: 'docs/plans/extract-billing.md', branch: 'plan/extract-billing' },
    message: 'plan: extract billing',
    nonce: 'n0nce',
    ...asked,
  })

/** Runs its blocks one after another, and returns what they said. */
function perform(asked: Asked = {}, at = copy): string {
  const { steps } = parseRunbook(runbookOf(asked))
  expect(steps.map(({ title }) => title)).toEqual(['Write the file', 'Commit it', 'Push the branch'])
  return steps
    .map(({ code }) =>
      execFileSync('bash', ['-e', '-o', 'pipefail'], {
        cwd: at,
        input: `${code}\n`,
        encoding: 'utf8',
        env: { ...env, HOME: folder },
        stdio: ['pipe', 'pipe', 'pipe'],
      }),
    )
    .join('')
}

test('the very text is on the branch, as one commit of one file, shown, and pushed', () => {
  writeFileSync(join(copy, 'other.txt'), 'not part of it')
  const said = perform()
  expect(said).toContain('+- [ ] Move the ledger')
  expect(said).toContain('The branch was pushed.')
  expect(git(origin, 'show', 'plan/extract-billing:docs/plans/extract-billing.md')).toBe(markdown)
  expect(git(origin, 'show', '--name-only', '--format=%s', 'plan/extract-billing').trim()).toBe(
    'plan: extract billing\n\ndocs/plans/extract-billing.md',
  )
  expect(git(origin, 'log', '--format=%s', 'main').trim()).toBe('begin')
})

test('the next commit of a plan goes onto the branch that is there already; the same text makes none', () => {
  perform()
  const second = join(folder, 'second')
  git(folder, 'clone', '--quiet', origin, second)
  expect(perform({ markdown: `${markdown}\nMore.\n` }, second)).toContain('The branch was pushed.')
  const third = join(folder, 'third')
  git(folder, 'clone', '--quiet', origin, third)
  expect(perform({ markdown: `${markdown}\nMore.\n` }, third)).toContain('nothing to commit')
  expect(git(origin, 'log', '--format=%s', 'main..plan/extract-billing').trim().split('\n')).toHaveLength(2)
})

test('without a remote, or one that takes nothing, it says where the branch is', () => {
  git(copy, 'remote', 'remove', 'origin')
  expect(perform()).toContain(`There is no remote to push to. The branch is in this copy:\n${copy}`)
  const other = join(folder, 'other')
  git(folder, 'clone', '--quiet', origin, other)
  git(other, 'remote', 'set-url', '--push', 'origin', join(folder, 'nowhere.git'))
  expect(perform({}, other)).toContain(`could not be pushed from here. It is in this copy:\n${other}`)
})

test.each([
  ["it's", "plan/it's", "it's"],
  ['$(touch trapped)', 'plan/$(touch$IFS-trapped)', '$(touch trapped)'],
  ['`touch trapped`', 'plan/`touch-trapped`', '`touch trapped`\n\nsecond `touch trapped`'],
  ['a"; touch trapped; "', 'plan/a";touch-trapped;"', '"; touch trapped; "'],
  ['-rf', 'plan/--force', '--amend'],
  [':(exclude)x', 'plan/!x', '!! $HOME \\n %s'],
  ['~', 'plan/&&touch', "'; touch trapped; '"],
  ['a b  c', 'plan/>trapped', 'x\n~~~\n~~~sh\ntouch trapped\n~~~\n'],
])('a path, a branch and a message are their own letters: %j', (name, branch, message) => {
  const path = `docs/${name}/${name}.md`
  const text = `# ${name}\n\n${message}\n`
  perform({ title: `${name}\n${message}`, markdown: text, commit: { path, branch }, message })
  expect(git(origin, 'show', `${branch}:${path}`)).toBe(text)
  expect(git(origin, 'log', '-1', '--format=%B', branch).trim()).toBe(message.trim())
  expect(readdirSync(copy)).toEqual(['.git', 'docs'])
  expect(existsSync(join(folder, 'trapped'))).toBe(false)
})

test('a text that looks like a shell, a fence or the end of itself stays a text', () => {
  const text = [
    '# All of it',
    '```sh\ntouch trapped\n```',
    '~~~~~~~~\n~~~sh\ntouch trapped\n~~~\n~~~~~~~~',
    'END_OF_PLAN_n0nc\n END_OF_PLAN_n0nce\nEND_OF_PLAN_n0nce ',
    '$(touch trapped) `touch trapped` $HOME \\ \\\\ \\n %s !! \u2028 \u{1F404}',
    "'\"'\"'; touch trapped; '",
    '\tindented\n   trailing   ',
    '',
  ].join('\n\n')
  perform({ markdown: text })
  expect(git(origin, 'show', 'plan/extract-billing:docs/plans/extract-billing.md')).toBe(text)
  expect(readdirSync(copy)).toEqual(['.git', 'docs'])
  expect(() => runbookOf({ markdown: 'END_OF_PLAN_n0nce\n' })).toThrow()
})

test('it is not written through a link that leads out of the repository', () => {
  mkdirSync(join(folder, 'outside'))
  symlinkSync(join(folder, 'outside'), join(copy, 'docs'))
  git(copy, 'add', 'docs')
  git(copy, 'commit', '--quiet', '-m', 'a link')
  expect(() => perform()).toThrow()
  expect(readdirSync(join(folder, 'outside'))).toEqual([])
  symlinkSync(join(folder, 'outside', 'secret'), join(copy, 'plan.md'))
  expect(() => perform({ commit: { path: 'plan.md', branch: 'plan/x' } })).toThrow()
  expect(readdirSync(join(folder, 'outside'))).toEqual([])
})

test('a path that leaves the repository or is git’s own is refused, and so is what no branch can be called', () => {
  const paths = ['', '/etc/x', '../x', 'a/../x', 'a//x', 'a/', './x', '.git/hooks/x', 'a/.GIT/x', '.git./x', 'GIT~1/x']
  for (const path of [...paths, '.g\u200Cit/config', 'a\\b', 'a\nb', ' /x', 'x'.repeat(301), '.git::$INDEX/x'])
    expect(CommitPath.safeParse(path).success, path).toBe(false)
  for (const path of ['plan.md', 'docs/plans/ünï.md', '.github/plan.md', 'a..b/c', '...x'])
    expect(CommitPath.safeParse(path).success, path).toBe(true)
  for (const branch of ['', '-x', 'a b', 'a..b', 'a~1', 'x.lock', 'a/.b', '@', 'a@{1}', 'a\n', '/a', 'a/'])
    expect(CommitBranch.safeParse(branch).success, branch).toBe(false)
  for (const message of ['', ' \n ', 'a\u0000b', 'a\u001b[31m', 'x'.repeat(2_001)])
    expect(CommitMessage.safeParse(message).success, JSON.stringify(message)).toBe(false)
})

test('a title becomes part of a path', () => {
  expect(slugOf('Extract Billing: phase 1!')).toBe('extract-billing-phase-1')
  expect(slugOf('Überholung – naïve')).toBe('uberholung-naive')
  expect(slugOf('../../.git')).toBe('git')
  expect(slugOf('')).toBe('plan')
  expect(readFileSync(join(origin, 'HEAD'), 'utf8')).toContain('main')
})
