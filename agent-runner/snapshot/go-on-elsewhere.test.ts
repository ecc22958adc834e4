import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startControlServer, type ControlServer, type SeenRun } from '#test/fakes/control-server.ts'
import { makeRepository, sourceRoot, startRunner } from '#test/fakes/runner.ts'
import type { RunId } from '#shared/ids.ts'

let server: ControlServer
beforeAll(async () => {
  server = await startControlServer({ snapshots: true })
  server.answerAll(() => ({ kind: 'allow_once' }))
})
afterAll(() => server.close())

const environment = {
  DROVER_AGENTS: JSON.stringify([
    {
      id: 'forgetful',
      name: 'Forgetful',
      command: [process.execPath, join(sourceRoot, 'test/fakes/forgetful-agent.ts')],
    },
  ]),
}
const start = () => startRunner({ url: server.url, environment })
const shell = (script: string): string => `\`\`\`sh\n${script}\n\`\`\``
const snapshotsOf = (run: SeenRun) =>
  run.events.flatMap(({ body }) => (body.type === 'snapshot' ? [body.snapshot] : []))
const saved = (runId: RunId, turn: number) =>
  server.until(() => snapshotsOf(server.run(runId)).find((one) => one.turn === turn), `snapshot of turn ${turn}`)
const notices = (run: SeenRun): string[] =>
  [...run.entries.values()].flatMap(({ body }) =>
    body.kind === 'notice' ? [`${body.text} ${body.detail?.head ?? ''}`] : [],
  )

test('a follow-up on another machine finds files, branch and commits as they were, and says what did not come back', async () => {
  const repository = await makeRepository({ 'a.txt': 'one\n', 'gone.txt': 'old\n', '.gitignore': 'ignored\n' })
  const there = await start()
  const runId = server.start({
    harness: 'runbook',
    config: { repository: { url: repository.path } },
    prompt: shell(
      [
        'git checkout -q -b feature && echo two >> a.txt && git commit -qam second',
        'echo three >> a.txt; rm gone.txt; mkdir -p new/folder; printf "\\000\\377" > "new/folder/odd name"',
        'chmod +x "new/folder/odd name"; ln -s a.txt link; ln -s /etc/passwd out; echo secret > ignored',
      ].join('\n'),
    ),
  })
  expect((await server.ended(runId)).state).toBe('SUCCEEDED')
  expect(await saved(runId, 1)).toMatchObject({
    changed: 5,
    repositories: [{ folder: '', branch: 'feature', commits: { pieces: [expect.any(String)] } }],
    left: [],
  })
  await there.close()

  // Meanwhile the repository has gone on.
  writeFileSync(join(repository.path, 'later.txt'), 'later\n')
  const git = (cwd: string, ...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.com', ...args], { cwd })
      .toString()
      .trim()
  git(repository.path, 'add', '-A')
  git(repository.path, 'commit', '-qm', 'later')

  const here = await start()
  try {
    server.follow(runId, shell('cat a.txt'))
    const run = await server.ended(runId, 2)
    expect(run.reason).toBeUndefined()
    const workspace = join(here.folder, 'runs', runId, 'workspace')
    expect(readFileSync(join(workspace, 'a.txt'), 'utf8')).toBe('one\ntwo\nthree\n')
    expect([...readFileSync(join(workspace, 'new/folder/odd name'))]).toEqual([0, 255])
    expect(lstatSync(join(workspace, 'new/folder/odd name')).mode & 0o100).toBe(0o100)
    expect(readlinkSync(join(workspace, 'link'))).toBe('a.txt')
    for (const name of ['gone.txt', 'ignored', 'out', 'later.txt'])
      expect(() => lstatSync(join(workspace, name)), name).toThrow('ENOENT')
    expect(git(workspace, 'log', '--format=%s %D')).toMatch(/^second HEAD -> feature\nfirst/)
    expect(git(workspace, 'status', '--short')).toBe('M a.txt\n D gone.txt\n?? link\n?? new/')
    expect(notices(run)).toContain(
      '1 thing of the saved workspace could not be brought back. out: it is a link that leads out of the folder',
    )
    expect(await saved(runId, 2)).toMatchObject({ changed: 4 })
  } finally {
    await here.close()
    await repository.remove()
  }
}, 60_000)

test('an agent that knows nothing of the run is told on another machine what was said on the first', async () => {
  const there = await start()
  const runId = server.start({ harness: 'forgetful', prompt: 'Remember the number 42.' })
  await server.ended(runId)
  await saved(runId, 1)
  await there.close()
  const here = await start()
  try {
    server.follow(runId, 'Which number?')
    const run = await server.ended(runId, 2)
    const heard = [...run.entries.values()].flatMap(({ body }) => (body.kind === 'message' ? [body.text.head] : []))
    expect(heard.at(-1)).toMatch(/Person:\nRemember the number 42\.[^]*act on now:\n\nWhich number\?$/)
    expect(notices(run).join()).toContain('Forgetful has no earlier session here.')
  } finally {
    await here.close()
  }
})

test('no snapshot is made where the run or the machine does not want one', async () => {
  const there = await startRunner({ url: server.url, environment: { ...environment, DROVER_NO_SNAPSHOT: '1' } })
  const runId = server.start({ harness: 'runbook', prompt: shell('echo a > a.txt') })
  await server.ended(runId)
  await there.close()
  const here = await start()
  try {
    server.follow(runId, shell('ls'))
    expect(notices(await server.ended(runId, 2)).join()).toContain('was not saved. It begins anew')
    const another = server.start({ harness: 'runbook', config: { noSnapshot: true }, prompt: shell('echo a > a.txt') })
    await server.ended(another)
    server.follow(another, shell('ls'))
    await server.ended(another, 2)
    expect(snapshotsOf(server.run(another))).toEqual([])
  } finally {
    await here.close()
  }
})

test('a script says what is saved; what it leaves out, what is none of ours and what is no declaration is named', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'drover-declarations-'))
  const script = join(folder, 'declare.sh')
  const line = (kind: string, path: string): string => `{"version":1,"kind":"${kind}","path":"${path}"}`
  await writeFile(
    script,
    [
      '#!/bin/sh',
      `cat >> "$OZ_SNAPSHOT_DECLARATIONS_FILE" <<END`,
      line('repo', '$PWD/kept'),
      line('file', '$PWD/kept/inside'),
      line('file', '$HOME/note.log'),
      line('file', '/tmp/drover-there-is-none'),
      line('repo', '/srv/other'),
      'nonsense',
      'END',
    ].join('\n'),
    { mode: 0o755 },
  )
  const declaring = { ...environment, OZ_SNAPSHOT_DECLARATIONS_SCRIPT: script }
  const there = await startRunner({ url: server.url, environment: declaring })
  const runId = server.start({
    harness: 'runbook',
    prompt: shell('mkdir kept other; echo a > kept/a; echo b > other/b; echo said > "$HOME/note.log"'),
  })
  await server.ended(runId)
  expect(await saved(runId, 1)).toMatchObject({
    shown: [{ path: 'kept/a' }],
    files: [{ path: '~/note.log' }],
    left: [
      { path: '/srv/other', why: 'outside' },
      { path: 'other/b', why: 'not_declared' },
      { path: '/tmp/drover-there-is-none', why: 'missing' },
    ],
  })
  expect(notices(server.run(runId))).toContain(
    '1 line of the snapshot’s declarations is none, and left aside. nonsense',
  )
  await there.close()
  const here = await startRunner({ url: server.url, environment: declaring })
  try {
    server.follow(runId, shell('true'))
    expect((await server.ended(runId, 2)).reason).toBeUndefined()
    const root = join(here.folder, 'runs', runId)
    expect(readFileSync(join(root, 'workspace/kept/a'), 'utf8')).toBe('a\n')
    expect(readFileSync(join(root, 'home/note.log'), 'utf8')).toBe('said\n')
    expect(existsSync(join(root, 'workspace/other'))).toBe(false)
  } finally {
    await here.close()
    await rm(folder, { recursive: true })
  }
}, 60_000)

test('a snapshot of which not all could be handed in leaves the one before it, and the runner’s next start hands it in', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'drover-snapshot-kill-'))
  const again = () => startRunner({ url: server.url, environment, folder })
  let there = await again()
  try {
    const runId = server.start({ harness: 'runbook', prompt: shell('echo one > a.txt') })
    await server.ended(runId)
    const first = await saved(runId, 1)
    server.setBlobStatus(413)
    server.follow(runId, shell('echo two > a.txt'))
    await server.ended(runId, 2)
    await there.close()
    expect(snapshotsOf(server.run(runId)).at(-1)).toEqual(first)
    server.setBlobStatus(200)
    there = await again()
    const second = await saved(runId, 2)
    expect(second.tree).not.toBe(first.tree)
  } finally {
    server.setBlobStatus(200)
    await there.close()
    await rm(folder, { recursive: true })
  }
}, 60_000)
