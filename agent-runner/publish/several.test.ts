import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { gitToken, openPublishing, type Publishing } from '#test/publishing.ts'

vi.setConfig({ testTimeout: 60_000 })

const branch = 'drover/say-more-3f1f0c'
let stage: Publishing
beforeEach(async () => {
  stage = await openPublishing({ repositories: ['team/app', 'team/lib', 'team/docs'] })
})
afterEach(() => stage.close())

const repositories = () => [
  { url: `${stage.host.url}/team/app.git`, branch: 'main' },
  { url: `${stage.host.url}/team/lib.git`, baseBranch: 'next' },
  { url: `${stage.host.url}/team/docs.git` },
]
const commits = (repository: string) => stage.host.git(repository, 'rev-list', '--count', `main..${branch}`)
const branches = (repository: string) => stage.host.git(repository, 'branch', '--format=%(refname:short)').split('\n')
/** The host does not take this branch, until the hook is away. */
const protect = async (repository: string, on: boolean): Promise<void> => {
  const hook = join(stage.host.git(repository, 'rev-parse', '--absolute-git-dir'), 'hooks/update')
  await writeFile(hook, on ? '#!/bin/sh\necho "the branch is protected" >&2; exit 1\n' : '#!/bin/sh\nexit 0\n')
  await chmod(hook, 0o755)
}

test('one order commits, pushes and opens a pull request in each repository that has changes, and tells of each', async () => {
  const { host, order, settled, artifacts, server } = stage
  host.git('team/lib', 'branch', 'next', 'main')
  const runId = await stage.changed('echo more >> app/README.md; echo more >> lib/README.md', {
    repositories: repositories(),
  })
  const done = await settled(runId, order(runId))
  expect(done).toMatchObject({
    state: 'done',
    results: [
      { repository: 'app', state: 'done' },
      { repository: 'lib', state: 'done' },
      { repository: 'docs', state: 'nothing' },
    ],
  })
  expect([commits('team/app'), commits('team/lib')]).toEqual(['1', '1'])
  expect(branches('team/docs')).toEqual(['main'])
  expect(host.git('team/lib', 'show', '--name-only', '--format=%an', branch)).toBe('Mara Lindqvist\n\nREADME.md')
  // Each goes where its environment says, or to where it started from.
  expect(host.pulls.map(({ repository, base }) => [repository, base])).toEqual([
    ['team/app', 'main'],
    ['team/lib', 'next'],
  ])
  await server.until(() => artifacts(runId).filter(({ kind }) => kind === 'pull_request').length === 2, 'both are told')
  expect(artifacts(runId).map(({ kind, detail = '' }) => [kind, detail.split(' · ')[0]])).toEqual([
    ['commit', 'app'],
    ['branch', 'app'],
    ['pull_request', 'app'],
    ['commit', 'lib'],
    ['branch', 'lib'],
    ['pull_request', 'lib'],
  ])
})

test('what one repository refuses leaves the others, and the next order does only what is missing', async () => {
  const { host, order, settled } = stage
  const runId = await stage.changed('for one in app lib docs; do echo more >> $one/README.md; done', {
    repositories: repositories().map(({ url }) => ({ url })),
  })
  await protect('team/lib', true)
  const first = await settled(runId, order(runId))
  expect(first).toMatchObject({
    state: 'refused',
    detail: '1 of 3 repositories failed, and 2 are done',
    results: [
      { repository: 'app', state: 'done' },
      { repository: 'lib', state: 'refused', refusal: { detail: expect.stringContaining('the branch is protected') } },
      { repository: 'docs', state: 'done' },
    ],
  })
  expect(host.pulls.map(({ repository }) => repository)).toEqual(['team/app', 'team/docs'])
  const heads = () => ['team/app', 'team/docs'].map((one) => host.git(one, 'rev-parse', branch))
  const before = heads()
  await protect('team/lib', false)
  // Another press of the same, an hour later.
  const again = await settled(runId, order(runId, { at: 1_760_003_600_000 }))
  expect(again).toMatchObject({ state: 'done' })
  expect(heads()).toEqual(before)
  expect(['team/app', 'team/lib', 'team/docs'].map(commits)).toEqual(['1', '1', '1'])
  expect(host.pulls.map(({ repository }) => repository)).toEqual(['team/app', 'team/docs', 'team/lib'])
  const pages = stage.server
    .run(runId)
    .events.filter(
      ({ body }) =>
        body.type === 'entry' &&
        body.entry.body.kind === 'artifact' &&
        body.entry.body.artifact.kind === 'pull_request',
    )
  expect(pages).toHaveLength(3)
})

test('chosen files are looked for in their own repository, and one that is another by now stops that one alone', async () => {
  const { host, order, settled } = stage
  const runId = await stage.changed('echo a > app/a.txt; echo b > app/b.txt; echo a > lib/a.txt', {
    repositories: repositories(),
  })
  const a = '78981922613b2afb6025042ff6bd878ac1994e85'
  const files = [
    { path: 'app/a.txt', after: a },
    { path: 'lib/a.txt', after: 'ab'.repeat(20) },
  ]
  expect(await settled(runId, order(runId, { until: 'push', pullRequest: undefined, files }))).toMatchObject({
    state: 'refused',
    results: [
      { repository: 'app', state: 'done' },
      { repository: 'lib', state: 'refused', refusal: { code: 'stale', detail: 'lib/a.txt' } },
      { repository: 'docs', state: 'nothing' },
    ],
  })
  expect(host.git('team/app', 'ls-tree', '--name-only', branch)).toBe('README.md\na.txt')
  expect(branches('team/lib')).toEqual(['main'])
})

test('a runner that dies between two repositories goes on with the second, and does nothing of the first again', async () => {
  const { host, server, order } = stage
  const runId = await stage.changed('echo more >> app/README.md; echo more >> lib/README.md', {
    repositories: repositories().map(({ url }) => ({ url })),
  })
  let asked = false
  const holdsBack = (url = ''): boolean => url.startsWith('/team/lib.git') && url.includes('receive-pack')
  host.intercept(({ url }) => {
    asked ||= holdsBack(url)
    return holdsBack(url)
  })
  const id = server.deliver(runId, order(runId), gitToken(host.secret()))
  await vi.waitUntil(() => asked, { timeout: 50_000 })
  await stage.stopRunner()
  host.intercept(() => false)
  await stage.startRunner()
  const settled = await server.until(() => server.receipts.find(({ deliveryId }) => deliveryId === id), 'it is settled')
  expect(settled).toMatchObject({ state: 'done' })
  expect(host.pulls.map(({ repository }) => repository)).toEqual(['team/app', 'team/lib'])
  expect([commits('team/app'), commits('team/lib')]).toEqual(['1', '1'])
})

test('a run that takes the set-up of an earlier one commits on the same history', async () => {
  const { host, order, settled, server } = stage
  const about = { repositories: repositories().map(({ url }) => ({ url })) }
  await stage.changed('true', about)
  const runId = await stage.changed('echo more >> app/README.md; echo more >> lib/README.md', about)
  const steps = [...server.run(runId).entries.values()].flatMap(({ body }) =>
    body.kind === 'step' ? [body.title] : [],
  )
  expect(steps).toContain('Take the set-up of an earlier run')
  expect(await settled(runId, order(runId, { until: 'push', pullRequest: undefined }))).toMatchObject({ state: 'done' })
  expect([commits('team/app'), commits('team/lib')]).toEqual(['1', '1'])
  expect(host.git('team/lib', 'diff', '--name-only', 'main', branch)).toBe('README.md')
})

test('pull requests that the agent opens in several repositories stand side by side, also with one number', async () => {
  const { host, artifacts } = stage
  const page = (repository: string) => `${host.url}/team/${repository}/pull/1`
  const runId = await stage.changed(
    ['app', 'lib'].map((one) => `gh() { echo ${page(one)}; }; gh pr create`).join('\n```\n\n```sh\n'),
    { repositories: repositories() },
  )
  const pulls = artifacts(runId).filter(({ kind }) => kind === 'pull_request')
  expect(pulls.map(({ url }) => url)).toEqual([page('app'), page('lib')])
  expect(new Set(pulls.map(({ id }) => id)).size).toBe(2)
})
