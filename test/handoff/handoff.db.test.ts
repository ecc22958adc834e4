import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bringDown } from '#agent-runner/handoff/bring-down.ts'
import { openCheckout } from '#agent-runner/handoff/checkout.ts'
import { sendUp, SendUpOptions } from '#agent-runner/handoff/send-up.ts'
import { openServer, signIn, type DroverServer } from '#agent-runner/person/server.ts'
import { HarnessId } from '#shared/domain/harness.ts'
import { RunId } from '#shared/ids.ts'
import { makeRepository, startRunner } from '../fakes/runner.ts'
import { connectScriptedRunner } from '../fakes/scripted-runner.ts'
import { newId, openWorld, type Person, type World } from '../world.ts'

let world: World
let person: Person
let root: string
let server: DroverServer
let session: string
beforeAll(async () => {
  world = await openWorld()
  person = await world.owner()
  root = await mkdtemp(join(tmpdir(), 'drover-handoff-test-'))
  session = join(root, 'config/session.json')
  const code = (await (await person.fetch('/api/v1/pairing', { method: 'POST' })).json()) as { url: string }
  await signIn(code.url.replace(/^https?:\/\/[^/]+/, world.url), session)
  server = await openServer(session, undefined)
})
afterAll(async () => {
  await world.close()
  await rm(root, { recursive: true, force: true })
})

const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.com', ...args], { cwd })
    .toString()
    .trim()

test('a checkout goes up with commits that nobody has, changes and new files; the run goes on from there, and comes down elsewhere', async () => {
  const origin = await makeRepository({ 'a.txt': 'one\n', 'b.txt': 'b\n', '.gitignore': 'secret\n' })
  const mine = join(root, 'mine')
  execFileSync('git', ['clone', '--quiet', origin.path, mine])
  git(mine, 'switch', '-qc', 'feature')
  writeFileSync(join(mine, 'a.txt'), 'one\ntwo\n')
  git(mine, 'commit', '-qam', 'not pushed')
  writeFileSync(join(mine, 'a.txt'), 'one\ntwo\nthree\n')
  writeFileSync(join(mine, 'new file'), 'new\n', { mode: 0o755 })
  writeFileSync(join(mine, 'secret'), 'stays here')
  const before = git(mine, 'status', '--short')
  const runner = await startRunner({ url: world.url, key: await world.runnerKey() })
  const said: string[] = []
  try {
    const checkout = await openCheckout(mine, process.env)
    const options = SendUpOptions.parse({
      harness: 'runbook',
      sandbox: 'direct',
      prompt: '```sh\ncat a.txt "new file"\n```',
    })
    const address = await sendUp(
      { server, checkout, say: (line) => said.push(line), person: { home: root, variables: {} } },
      options,
    )
    await checkout.close()
    expect(git(mine, 'status', '--short')).toBe(before)
    expect(said[0]).toBe('1 commit is not at the remote, and goes along.')
    const runId = RunId.parse(address.split('/').at(-1))
    const look = async () => (await person.fetch(`/api/v1/runs/${runId}/handoff`)).json()
    await expect.poll(look, { timeout: 30_000 }).toMatchObject({
      run: { state: 'SUCCEEDED' },
      snapshot: {
        turn: 1,
        changed: 2,
        repositories: [{ folder: '', branch: 'feature' }],
        shown: [
          { path: 'a.txt', status: 'modified' },
          { path: 'new file', status: 'added' },
        ],
      },
    })
    const workspace = join(runner.folder, 'runs', runId, 'workspace')
    expect(readFileSync(join(workspace, 'a.txt'), 'utf8')).toBe('one\ntwo\nthree\n')
    expect(git(workspace, 'log', '-1', '--format=%s %D')).toBe('not pushed HEAD -> feature')
    const patch = await (await person.fetch(`/api/v1/runs/${runId}/snapshot.patch`)).text()
    expect(patch).toContain('+three')

    const elsewhere = join(root, 'elsewhere')
    execFileSync('git', ['clone', '--quiet', origin.path, elsewhere])
    writeFileSync(join(elsewhere, 'b.txt'), 'my own\n')
    const there = await openCheckout(elsewhere, process.env)
    const down = {
      server,
      checkout: there,
      say: (line: string) => said.push(line),
      person: { home: root, variables: {} },
    }
    await expect(bringDown(down, { run: address, force: false, folder: undefined, session: true })).rejects.toThrow(
      'changes of your own',
    )
    // By force it stays where it stands, and what is another file here is left alone.
    writeFileSync(join(elsewhere, 'a.txt'), 'mine too\n')
    const forced = await bringDown(down, { run: address, force: true, folder: undefined, session: true })
    expect(forced.failed).toEqual([{ path: 'a.txt', reason: 'you have changes of your own in it' }])
    expect(readFileSync(join(elsewhere, 'a.txt'), 'utf8')).toBe('mine too\n')
    expect(readFileSync(join(elsewhere, 'b.txt'), 'utf8')).toBe('my own\n')
    git(elsewhere, 'checkout', '-q', 'a.txt', 'b.txt')
    rmSync(join(elsewhere, 'new file'))
    const { conversation, failed } = await bringDown(down, {
      run: address,
      force: false,
      folder: undefined,
      session: true,
    })
    await there.close()
    expect(failed).toEqual([])
    expect(readFileSync(join(elsewhere, 'a.txt'), 'utf8')).toBe('one\ntwo\nthree\n')
    expect(statSync(join(elsewhere, 'new file')).mode & 0o100).toBe(0o100)
    expect(git(elsewhere, 'log', '-1', '--format=%s')).toBe('not pushed')
    expect(git(elsewhere, 'branch', '--show-current')).toBe(`drover/${runId.slice(-12)}`)
    expect(git(elsewhere, 'status', '--short')).toBe(before)
    expect(said.at(-1)).toContain('its conversation is here as text alone')
    expect(conversation).toMatch(/## Person\n\n```sh\ncat a\.txt/)
  } finally {
    await runner.close()
    await origin.remove()
  }
}, 90_000)

test('who is not signed in, names no environment, or sends parts that are not there, is told so', async () => {
  await expect(openServer(join(root, 'nobody.json'), undefined)).rejects.toThrow('You are not signed in here')
  await expect(openServer(session, 'http://other.example:4400')).rejects.toThrow(`signed in to ${world.url}`)
  await expect(signIn('http://127.0.0.1/x', session)).rejects.toThrow('no link of Drover’s')
  const posted = await person.fetch('/api/v1/handoff', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      runId: '01890000-0000-7000-8000-000000000001',
      promptId: '01890000-0000-7000-8000-000000000002',
      prompt: 'Go on.',
      config: { harness: 'runbook', sandbox: 'direct' },
      snapshot: {
        version: 1,
        turn: 0,
        at: 1,
        base: 'a'.repeat(40),
        tree: 'b'.repeat(40),
        repositories: [],
        patch: { pieces: ['c'.repeat(64)], bytes: 3 },
        changed: 1,
        shown: [],
        left: [],
      },
    }),
  })
  expect(posted.status).toBe(400)
  expect(await posted.text()).toContain('A part of the snapshot is not here')
})

test('the newest conversation of an agent in the checkout goes up: as its session to the same agent, as text to another', async () => {
  const origin = await makeRepository({ 'a.txt': 'one\n' })
  const mine = join(root, 'with-codex')
  execFileSync('git', ['clone', '--quiet', origin.path, mine])
  const home = join(root, 'person')
  const id = '01a21c68-15b7-7702-a0c7-663b3efc348e'
  const rollout = (cwd: string, said: string): string =>
    [
      { type: 'session_meta', payload: { id, cwd } },
      { type: 'event_msg', payload: { type: 'user_message', message: said } },
      { type: 'event_msg', payload: { type: 'agent_message', message: 'I keep it in mind.' } },
    ]
      .map((line) => JSON.stringify(line))
      .join('\n')
  const day = join(home, '.codex/sessions/2026/11/27')
  mkdirSync(day, { recursive: true })
  writeFileSync(join(day, `rollout-2026-11-27T09-48-33-${id}.jsonl`), rollout(realpathSync(mine), 'Remember 42.'))
  writeFileSync(join(day, `rollout-2026-11-27T09-59-00-${newId()}.jsonl`), rollout('/elsewhere', 'Another checkout.'))
  const runner = await connectScriptedRunner({
    url: world.url,
    key: await world.runnerKey(),
    capacity: 10,
    takesSnapshots: true,
    harnesses: [{ id: HarnessId.parse('codex'), name: 'Codex', letters: 'CX', sandboxes: ['direct'] }],
  })
  const said: string[] = []
  const send = async (options: object) => {
    const checkout = await openCheckout(mine, process.env)
    try {
      const deps = { server, checkout, say: (line: string) => said.push(line), person: { home, variables: {} } }
      return await sendUp(deps, SendUpOptions.parse({ sandbox: 'direct', prompt: 'Go on.', ...options }))
    } finally {
      await checkout.close()
    }
  }
  try {
    await send({ harness: 'codex', from: 'codex', keep: false })
    const first = (await runner.next('assign')).assignment
    expect(first.config.noSnapshot).toBe(true)
    expect(first.conversation).toMatchObject([
      { who: 'user', text: 'Remember 42.' },
      { who: 'agent', text: 'I keep it in mind.' },
    ])
    expect(first.snapshot?.session).toMatchObject({
      id,
      harness: 'codex',
      files: [{ path: `.codex/sessions/2026/11/27/rollout-2026-11-27T09-48-33-${id}.jsonl` }],
    })
    expect(said.join()).toContain('the run says which')
    await send({ harness: 'runbook', from: 'codex' })
    const second = (await runner.next('assign')).assignment
    expect(second.snapshot).not.toHaveProperty('session')
    expect(second.conversation).toHaveLength(2)
    expect(said.join()).toContain('it is told what was said')
    await send({ harness: 'codex', from: 'codex', snapshot: false })
    const third = (await runner.next('assign')).assignment
    expect(third).not.toHaveProperty('snapshot')
    expect(third.conversation).toHaveLength(2)
    expect(said.at(-1)).toContain('the session itself stays here')
    await expect(send({ from: 'gemini' })).rejects.toThrow('Gemini CLI has no conversation of this checkout here.')
    await expect(send({ from: 'codex', conversation: 'x' })).rejects.toThrow('Say either --from or --conversation.')
  } finally {
    runner.close()
    await origin.remove()
  }
}, 60_000)
