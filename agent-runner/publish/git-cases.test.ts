import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Log } from '../log.ts'
import type { RunId } from '#shared/ids.ts'
import { gitToken, openPublishing, type Publishing } from '#test/publishing.ts'

vi.setConfig({ testTimeout: 60_000 })

const branch = 'drover/say-more-3f1f0c'
const push = { until: 'push' as const, pullRequest: undefined }
const logged: string[] = []
const note = (...parts: unknown[]): void => void logged.push(JSON.stringify(parts))
const log: Log = { info: note, warn: note, error: note }

let stage: Publishing
let more: string
beforeEach(async () => {
  logged.length = 0
  more = await mkdtemp(join(tmpdir(), 'drover-cases-'))
  stage = await openPublishing({ repositories: ['team/app', 'team/lib'], log })
})
afterEach(async () => {
  await stage.close()
  await rm(more, { recursive: true, force: true })
})

/** Commits files to `main` of a repository of the host, around its door. */
async function commit(repository: string, files: Record<string, string>, ...also: string[][]): Promise<void> {
  const place = stage.host.git(repository, 'rev-parse', '--absolute-git-dir')
  const into = await mkdtemp(join(more, 'clone-'))
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], {
      cwd: into,
      stdio: 'pipe',
    })
  git('clone', '--quiet', place, '.')
  for (const [name, text] of Object.entries(files)) await writeFile(join(into, name), text)
  // As they lie there: a filter of this machine has no part in it.
  git('-c', 'core.attributesFile=/dev/null', 'add', '-A')
  for (const args of also) git(...args)
  git('commit', '--quiet', '-m', 'more')
  git('push', '--quiet', 'origin', 'main')
}

/** A program that stands before those of the machine. */
async function program(name: string, script: string): Promise<string> {
  const bin = join(more, 'bin')
  await mkdir(bin, { recursive: true })
  await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`)
  await chmod(join(bin, name), 0o755)
  return `${bin}:${process.env['PATH'] ?? ''}`
}

const notices = (runId: RunId) =>
  [...stage.server.run(runId).entries.values()].flatMap(({ body }) => (body.kind === 'notice' ? [body.text] : []))

test('a submodule is fetched, changed, committed and pushed with the token, and stands as it was in a commit from here', async () => {
  const { host, changed, order, settled } = stage
  const lib = host.git('team/lib', 'rev-parse', 'main')
  await commit('team/app', { '.gitmodules': '[submodule "lib"]\n\tpath = lib\n\turl = ../lib.git\n' }, [
    'update-index',
    '--add',
    '--cacheinfo',
    `160000,${lib},lib`,
  ])
  const runId = await changed(
    [
      'git submodule update --quiet --init',
      'git -C lib switch -q -c work && echo more >> lib/README.md && git -C lib commit -qam "of lib" && git -C lib push -q origin work',
      'git switch -q -c work && git add lib && git commit -qm "use it" && git push -q origin work',
      'echo more >> README.md',
    ].join('\n'),
  )
  expect(notices(runId).join('\n')).toContain('Submodules are not fetched')
  const made = host.git('team/lib', 'rev-parse', 'work')
  expect(made).not.toBe(lib)
  expect(host.git('team/app', 'rev-parse', 'work:lib')).toBe(made)
  expect(await settled(runId, order(runId, push))).toMatchObject({ state: 'done' })
  expect(host.git('team/app', 'diff', '--name-only', 'main', branch)).toBe('README.md')
})

test('files of a submodule among several repositories are in no commit of the one around it', async () => {
  const { host, changed, order, settled } = stage
  const lib = host.git('team/lib', 'rev-parse', 'main')
  await commit('team/app', { '.gitmodules': '[submodule "sub"]\n\tpath = sub\n\turl = ../lib.git\n' }, [
    'update-index',
    '--add',
    '--cacheinfo',
    `160000,${lib},sub`,
  ])
  const runId = await changed(
    'git -C app submodule update --quiet --init; echo more >> app/sub/README.md; echo more >> app/README.md',
    { repositories: [{ url: `${host.url}/team/app.git` }, { url: `${host.url}/team/lib.git` }] },
  )
  expect(await settled(runId, order(runId, push))).toMatchObject({ state: 'done' })
  expect(host.git('team/app', 'diff', '--name-only', 'main', branch)).toBe('README.md')
  expect(host.git('team/app', 'rev-parse', `${branch}:sub`)).toBe(lib)
})

test('where git-lfs is missing the run says so, and what a commit from here would spoil is left to the agent', async () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'ab'.repeat(32)}\nsize 5\n`
  await commit('team/app', { '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n', 'a.bin': pointer })
  await stage.startRunner({ PATH: await program('git-lfs', 'exit 1') })
  const { host, changed, order, settled } = stage
  const runId = await changed('echo changed > a.bin; echo more >> README.md')
  expect(notices(runId).join('\n')).toContain(
    '1 file of this repository is kept in Git LFS, and git-lfs is not installed',
  )
  expect(await settled(runId, order(runId, push))).toMatchObject({
    refusal: 'invalid',
    detail: expect.stringContaining('a.bin is not kept as it lies there (Git LFS'),
  })
  const seen = stage.server.run(runId).events.flatMap(({ body }) => (body.type === 'files' ? body.files : []))
  const after = seen.findLast(({ path }) => path === 'README.md')?.after?.id ?? ''
  const files = [{ path: 'README.md', after }]
  expect(await settled(runId, order(runId, { ...push, files }))).toMatchObject({ state: 'done' })
  expect(host.git('team/app', 'show', `${branch}:a.bin`)).toBe(pointer.trim())
})

test('with git-lfs the run has the contents, and what the agent commits is a pointer again', async () => {
  const oid = 'ab'.repeat(32)
  const pointer = (of: string) => `version https://git-lfs.github.com/spec/v1\noid sha256:${of}\nsize 5\n`
  await commit('team/app', { '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n', 'a.bin': pointer(oid) })
  // What git-lfs does to files, without its store.
  const PATH = await program(
    'git-lfs',
    `case "$1" in version) echo fake;; smudge) cat > /dev/null; echo whole;; clean) cat > /dev/null; printf '${pointer('cd'.repeat(32)).replaceAll('\n', '\\n')}';; esac`,
  )
  await writeFile(
    join(stage.folder, '.gitconfig'),
    '[filter "lfs"]\n\tclean = git-lfs clean -- %f\n\tsmudge = git-lfs smudge -- %f\n\trequired = true\n',
  )
  await stage.startRunner({ PATH })
  const { host, changed } = stage
  const config = '-c filter.lfs.clean="git-lfs clean -- %f" -c filter.lfs.smudge="git-lfs smudge -- %f"'
  const runId = await changed(
    `cat a.bin\necho other > a.bin\ngit switch -q -c work\ngit ${config} commit -qam "of the agent"\ngit push -q origin work`,
  )
  expect(notices(runId).join('\n')).not.toContain('Git LFS')
  expect(stage.server.heard.join('')).toContain('whole')
  expect(host.git('team/app', 'show', 'work:a.bin')).toBe(pointer('cd'.repeat(32)).trim())
})

test('each way in which a push fails is a sentence of its own, and the branch there stays as it is', async () => {
  const { host, changed, order, settled } = stage
  const runId = await changed('echo more >> README.md')
  host.git('team/app', 'branch', 'drover', 'main')
  expect(await settled(runId, order(runId, push))).toMatchObject({
    refusal: 'conflict',
    detail: expect.stringContaining('another branch there is in the way of drover/say-more-3f1f0c'),
  })
  const wrong = JSON.stringify({ host: host.url, token: 'another-token-000000', kind: 'github' })
  expect(await settled(runId, order(runId, { ...push, branch: 'work' }), gitToken(wrong))).toMatchObject({
    refusal: 'not_allowed',
    detail: expect.stringContaining('does not accept the token of the secret GIT'),
  })
  host.intercept(({ url = '' }, response) => {
    if (!url.includes('receive-pack')) return false
    response.writeHead(403).end('Write access to repository not granted.')
    return true
  })
  expect(await settled(runId, order(runId, { ...push, branch: 'work' }))).toMatchObject({
    refusal: 'not_allowed',
    detail: expect.stringContaining('does not let the token of the secret GIT push there'),
  })
  host.intercept(() => false)
  // One that is there already, and behind, is brought forward.
  host.git('team/app', 'branch', 'behind', 'main')
  expect(await settled(runId, order(runId, { ...push, branch: 'behind' }))).toMatchObject({ state: 'done' })
  await host.close()
  expect(await settled(runId, order(runId, { ...push, branch: 'work' }))).toMatchObject({
    refusal: 'not_allowed',
    detail: expect.stringContaining(`${host.host} can’t be reached: nothing listens there`),
  })
})

test('a token stands in no log, no process and no address, whatever comes of it', async () => {
  const seen = join(more, 'git.log')
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
  const PATH = await program('git', `echo "$@" >> ${seen}\nexec ${real} "$@"`)
  await stage.startRunner({ PATH })
  const { host, changed, order, settled } = stage
  const runId = await changed('echo more >> README.md')
  expect(await settled(runId, order(runId))).toMatchObject({ state: 'done' })
  host.intercept((_request, response) => {
    response.writeHead(500).end(`no: ${host.token}`)
    return true
  })
  expect(await settled(runId, order(runId, { branch: 'other' }))).toMatchObject({ state: 'refused' })
  const calls = await readFile(seen, 'utf8')
  expect(calls).toContain(`push --porcelain -- ${host.url}/team/app.git`)
  const all = [calls, ...logged, ...stage.server.heard, ...host.requests.map(({ path }) => path)].join('\n')
  for (const form of [
    host.token,
    encodeURIComponent(host.token),
    Buffer.from(`x-access-token:${host.token}`).toString('base64'),
  ])
    expect(all.includes(form)).toBe(false)
})
