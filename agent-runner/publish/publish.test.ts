import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { GitHostKind } from '#shared/domain/git-host.ts'
import { RunSecret } from '#shared/domain/secret.ts'
import { startGitHost } from '#test/fakes/git-host.ts'
import { gitToken, openPublishing, type Publishing } from '#test/publishing.ts'
import { gitCredentials } from '../git/credentials.ts'
import { createRoads } from '../git/roads.ts'
import { lookAtPulls } from './look-at-pulls.ts'
import { hostedPlace, openPull } from './open-pull.ts'

vi.setConfig({ testTimeout: 30_000 })

let stage: Publishing
beforeEach(async () => {
  stage = await openPublishing()
})
afterEach(() => stage.close())

const token = (value = stage.host.secret()) => gitToken(value)
const upTo = (until: 'commit' | 'push') => ({ until, pullRequest: undefined })

test('what a run changed becomes a commit by its person, a branch and one pull request, also when it is asked for again', async () => {
  const { server, host, changed, order, settled, artifacts } = stage
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
    { kind: 'pull_request', title: '#1 Say more', pull: { state: 'draft' }, url: `${host.url}/team/app/pull/1` },
  ])
  expect(await settled(runId, order(runId))).toMatchObject({ state: 'done' })
  expect(host.pulls).toHaveLength(1)
  expect(host.git('team/app', 'rev-list', '--count', 'main..drover/say-more-3f1f0c')).toBe('1')
  expect(server.heard.join('').includes(host.token)).toBe(false)
})

test('a runner that dies between push and pull request ends with one of each', async () => {
  const { server, host, changed, order, artifacts } = stage
  const runId = await changed('echo more >> README.md')
  let asked = false
  host.intercept(({ url = '' }) => {
    asked ||= url.includes('/pulls')
    return url.includes('/pulls')
  })
  const id = server.deliver(runId, order(runId), token())
  await vi.waitUntil(() => asked, { timeout: 25_000 })
  await stage.stopRunner()
  host.intercept(() => false)
  await stage.startRunner()
  await server.until(() => server.receipts.find(({ deliveryId }) => deliveryId === id), 'it is settled')
  expect(host.pulls).toHaveLength(1)
  expect(host.git('team/app', 'rev-list', '--count', 'main..drover/say-more-3f1f0c')).toBe('1')
  await server.until(() => artifacts(runId).length === 3, 'all is told')
  expect(artifacts(runId).map(({ kind }) => kind)).toEqual(['commit', 'branch', 'pull_request'])
})

test('only the chosen files are committed, as they were seen, and the others with the next commit', async () => {
  const { host, changed, order, settled } = stage
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
  const { server, host, changed, order, settled } = stage
  const value = 'a-value-of-the-team-8841'
  const all = [...token(), RunSecret.parse({ name: 'DEPLOY', kind: 'text', value })]
  const runId = await changed(
    'echo "$DEPLOY" > leak.txt; echo more >> README.md; echo "*.bin filter=lfs" > .gitattributes; echo 1 > x.bin',
    { secrets: all },
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
  const [pull] = own.pulls
  if (pull === undefined) throw new Error('there is one')
  const url = made.ok ? made.value.url : ''
  const look = async (value = own.secret()) => (await lookAtPulls([url], { secrets: token(value), roads }))[0]
  expect((await look())?.status).toEqual({ state: 'open' })
  pull.checks = kind === 'gitlab' || kind === 'gitea' ? ['pending'] : ['success', 'pending']
  expect((await look())?.status).toEqual({ state: 'open', checks: 'running' })
  pull.checks = kind === 'gitlab' || kind === 'gitea' ? ['failure'] : ['success', 'failure']
  expect((await look())?.status).toEqual({ state: 'open', checks: 'failing' })
  Object.assign(pull, { checks: ['success'], draft: true })
  expect((await look())?.status).toEqual({ state: 'draft', checks: 'passing' })
  // A token that may not read checks tells the rest.
  pull.hidden = true
  expect((await look())?.status).toEqual({ state: 'draft' })
  pull.ended = 'closed'
  expect((await look())?.status).toEqual({ state: 'closed' })
  pull.ended = 'merged'
  expect((await look())?.status).toEqual({ state: 'merged' })
  expect((await look(wrong))?.text).toContain('GIT')
  expect(own.requests.every(({ path: asked }) => !asked.includes(own.token))).toBe(true)
  await Promise.all([own.close(), roads.close()])
})
