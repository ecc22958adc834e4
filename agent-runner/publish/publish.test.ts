import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { GitHostKind } from '#shared/domain/git-host.ts'
import type { PublishDelivery } from '#shared/domain/run-publish.ts'
import { RunSecret } from '#shared/domain/secret.ts'
import type { Artifact } from '#shared/domain/transcript.ts'
import { PublishId, UserId, type RunId } from '#shared/ids.ts'
import { startControlServer, type ControlServer } from '#test/fakes/control-server.ts'
import { startGitHost, type GitHost } from '#test/fakes/git-host.ts'
import { startRunner } from '#test/fakes/runner.ts'
import { gitCredentials } from '../git/credentials.ts'
import { createRoads } from '../git/roads.ts'
import { hostedPlace, openPull } from './open-pull.ts'

vi.setConfig({ testTimeout: 30_000 })

let folder: string
let server: ControlServer
let host: GitHost
let runner: Awaited<ReturnType<typeof startRunner>> | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-publish-'))
  ;[server, host] = await Promise.all([startControlServer(), startGitHost()])
  server.answerAll(() => ({ kind: 'allow_once' }))
})
afterEach(async () => {
  await runner?.close()
  runner = undefined
  await Promise.all([server.close(), host.close()])
  await rm(folder, { recursive: true, force: true })
})

const token = (value = host.secret()) => [RunSecret.parse({ name: 'GIT', kind: 'git_token', value })]
const startAgain = async () => {
  runner = await startRunner({ url: server.url, folder, environment: { HOME: folder } })
}
const changed = async (script: string, secrets = token()): Promise<RunId> => {
  await startAgain()
  const prompt = `\`\`\`sh\n${script}\n\`\`\``
  const config = { repository: { url: `${host.url}/team/app.git` } }
  const runId = server.start({ prompt, config, secrets })
  expect((await server.ended(runId)).state).toBe('SUCCEEDED')
  return runId
}
const order = (runId: RunId, more: Partial<PublishDelivery> = {}): PublishDelivery => ({
  type: 'publish',
  publishId: PublishId.parse(crypto.randomUUID()),
  by: UserId.parse('person-1'),
  name: 'Mara Lindqvist',
  author: { name: 'Mara Lindqvist', email: 'mara@example.test' },
  at: 1_760_000_000_000,
  until: 'pull_request',
  message: 'Say more\n\nBecause it was too little.',
  branch: 'drover/say-more-3f1f0c',
  link: `https://drover.test/runs/${runId}`,
  pullRequest: { title: 'Say more', body: 'Why.', draft: true },
  ...more,
})
const upTo = (until: 'commit' | 'push') => ({ until, pullRequest: undefined })
const settled = (runId: RunId, given: PublishDelivery, secrets = token()) => {
  const id = server.deliver(runId, given, secrets)
  return server.until(() => server.receipts.find(({ deliveryId }) => deliveryId === id), 'it is settled')
}
const artifacts = (runId: RunId): Pick<Artifact, 'kind' | 'title' | 'url' | 'detail'>[] => [
  ...new Map(
    server
      .run(runId)
      .events.flatMap(({ body }) =>
        body.type === 'artifact' && body.artifact.kind !== 'diff' ? [[body.artifact.id, body.artifact] as const] : [],
      ),
  ).values(),
]

test('what a run changed becomes a commit by its person, a branch and one pull request, also when it is asked for again', async () => {
  const runId = await changed('echo more >> README.md; echo new > new.txt; rm -f nothing')
  expect(await settled(runId, order(runId))).toMatchObject({ state: 'done' })
  expect(host.git('team/app', 'log', '-1', '--format=%an <%ae> %cn%n%B', 'drover/say-more-3f1f0c')).toBe(
    `Mara Lindqvist <mara@example.test> Drover\nSay more\n\nBecause it was too little.\n\nDrover-Run: https://drover.test/runs/${runId}`,
  )
  expect(host.git('team/app', 'diff', '--stat', 'main', 'drover/say-more-3f1f0c')).toContain('2 files changed')
  expect(host.pulls).toMatchObject([
    { title: 'Say more', head: 'drover/say-more-3f1f0c', base: 'main', draft: true, body: 'Why.' },
  ])
  await server.until(() => artifacts(runId).length === 3, 'all is told')
  expect(artifacts(runId)).toMatchObject([
    { kind: 'commit', title: 'Say more' },
    { kind: 'branch', title: 'drover/say-more-3f1f0c', url: `${host.url}/team/app/tree/drover/say-more-3f1f0c` },
    { kind: 'pull_request', title: '#1 Say more', detail: 'Draft', url: `${host.url}/team/app/pull/1` },
  ])
  expect(await settled(runId, order(runId))).toMatchObject({ state: 'done' })
  expect(host.pulls).toHaveLength(1)
  expect(host.git('team/app', 'rev-list', '--count', 'main..drover/say-more-3f1f0c')).toBe('1')
  expect(server.heard.join('').includes(host.token)).toBe(false)
})

test('a runner that dies between push and pull request ends with one of each', async () => {
  const runId = await changed('echo more >> README.md')
  let asked = false
  host.intercept(({ url = '' }) => {
    asked ||= url.includes('/pulls')
    return url.includes('/pulls')
  })
  const id = server.deliver(runId, order(runId), token())
  await vi.waitUntil(() => asked)
  await runner?.close()
  host.intercept(() => false)
  await startAgain()
  await server.until(() => server.receipts.find(({ deliveryId }) => deliveryId === id), 'it is settled')
  expect(host.pulls).toHaveLength(1)
  expect(host.git('team/app', 'rev-list', '--count', 'main..drover/say-more-3f1f0c')).toBe('1')
  await server.until(() => artifacts(runId).length === 3, 'all is told')
  expect(artifacts(runId).map(({ kind }) => kind)).toEqual(['commit', 'branch', 'pull_request'])
})

test('only the chosen files are committed, as they were seen, and the others with the next commit', async () => {
  const runId = await changed('echo a > a.txt; echo b > b.txt; rm README.md')
  const a = '78981922613b2afb6025042ff6bd878ac1994e85'
  const some = { ...upTo('push'), files: [{ path: 'a.txt', after: a }, { path: 'README.md' }] }
  expect(
    await settled(runId, order(runId, { ...some, files: [{ path: 'a.txt', after: 'ab'.repeat(20) }] })),
  ).toMatchObject({
    refusal: 'stale',
    detail: 'a.txt',
  })
  expect(await settled(runId, order(runId, some))).toMatchObject({ state: 'done' })
  const files = () => host.git('team/app', 'ls-tree', '--name-only', 'drover/say-more-3f1f0c')
  expect(files()).toBe('a.txt')
  expect(await settled(runId, order(runId, upTo('push')))).toMatchObject({ state: 'done' })
  expect(files()).toBe('a.txt\nb.txt')
  expect(await settled(runId, order(runId, upTo('commit')))).toMatchObject({
    refusal: 'invalid',
    detail: expect.stringContaining('nothing changed since the last commit'),
  })
})

test('what stands in the way is said: a secret, a filter, commits of others, a protected branch, no credential', async () => {
  const value = 'a-value-of-the-team-8841'
  const all = [...token(), RunSecret.parse({ name: 'DEPLOY', kind: 'text', value })]
  const runId = await changed(
    'echo "$DEPLOY" > leak.txt; echo more >> README.md; echo "*.bin filter=lfs" > .gitattributes; echo 1 > x.bin',
    all,
  )
  const readme = 'e0172ea3b1f6cd3fd1d5a0bdbb45d3ee3d0a29f1'
  expect(await settled(runId, order(runId, upTo('push')))).toMatchObject({
    refusal: 'invalid',
    detail: expect.stringContaining('x.bin'),
  })
  const leak = { ...upTo('push'), files: [{ path: 'leak.txt' }] }
  const seen = server.run(runId).events.flatMap(({ body }) => (body.type === 'files' ? body.files : []))
  const after = (path: string) => seen.findLast((one) => one.path === path)?.after?.id ?? readme
  expect(
    await settled(runId, order(runId, { ...leak, files: [{ path: 'leak.txt', after: after('leak.txt') }] })),
  ).toMatchObject({ refusal: 'not_allowed', detail: expect.stringContaining('DEPLOY') })
  const fine = { ...upTo('push'), files: [{ path: 'README.md', after: after('README.md') }] }
  const other = host.git('team/app', 'commit-tree', 'main^{tree}', '-p', 'main', '-m', 'Another')
  host.git('team/app', 'update-ref', 'refs/heads/taken', other)
  const hook = join(host.git('team/app', 'rev-parse', '--absolute-git-dir'), 'hooks/update')
  await writeFile(hook, '#!/bin/sh\n[ "$1" != refs/heads/main ] || { echo "main is protected" >&2; exit 1; }\n')
  await chmod(hook, 0o755)
  expect(await settled(runId, order(runId, { ...fine, branch: 'taken' }))).toMatchObject({ refusal: 'conflict' })
  expect(await settled(runId, order(runId, { ...upTo('push'), files: fine.files, branch: 'main' }))).toMatchObject({
    refusal: 'not_allowed',
    detail: expect.stringContaining('main is protected'),
  })
  expect(await settled(runId, order(runId, { ...fine }), [])).toMatchObject({
    refusal: 'not_allowed',
    detail: expect.stringContaining(`no credential for ${host.host}`),
  })
  expect(host.pulls).toEqual([])
})

const pathOf: Record<GitHostKind, string> = {
  github: 'team/app',
  gitea: 'team/app',
  gitlab: 'team/group/app',
  bitbucket: 'team/app',
  azure: 'team/shop/_git/app',
}

test.each(Object.keys(pathOf) as GitHostKind[])('%s: opened once, found again, and refused in words', async (kind) => {
  const path = pathOf[kind]
  const own = await startGitHost({ kind, repositories: [path] })
  const roads = createRoads({})
  const signal = new AbortController().signal
  const place = (value = own.secret()) => {
    const found = hostedPlace(`${own.url}/${path}.git`, gitCredentials(token(value)))
    if (!found.ok) throw new Error(found.error.detail)
    return found.value
  }
  const wanted = { title: 'Say more', body: 'Why.', draft: false, head: 'work', base: 'main' }
  const open = (more: Partial<typeof wanted> = {}, value?: string) =>
    openPull(place(value), { roads, signal }, { ...wanted, ...more })
  own.git(path, 'branch', 'same', 'main')
  own.git(
    path,
    'update-ref',
    'refs/heads/work',
    own.git(path, 'commit-tree', 'main^{tree}', '-p', 'main', '-m', 'Work'),
  )
  const made = await open()
  expect(made).toMatchObject({ ok: true, value: { number: 1, state: 'open' } })
  expect(await open()).toEqual(made)
  // The first look comes too early: the host says that there is one, and it is looked for again.
  let looks = 0
  own.intercept(({ method }, response) => {
    if (method !== 'GET' || looks++ > 0) return false
    response.end(JSON.stringify(kind === 'bitbucket' ? { values: [] } : kind === 'azure' ? { value: [] } : []))
    return true
  })
  expect(await open()).toEqual(made)
  expect(own.pulls).toHaveLength(1)
  expect(await open({ head: 'same' })).toMatchObject({
    error: { code: 'invalid', detail: expect.stringContaining('No commits between') },
  })
  expect(await open({ base: 'gone', head: 'same' })).toMatchObject({ error: { code: 'invalid' } })
  const wrong = JSON.stringify({ host: own.url, token: 'another-token-0000', kind })
  expect(await open({}, wrong)).toMatchObject({
    error: { code: 'not_allowed', detail: expect.stringContaining('GIT') },
  })
  expect(own.requests.every(({ path: asked }) => !asked.includes(own.token))).toBe(true)
  await Promise.all([own.close(), roads.close()])
})
