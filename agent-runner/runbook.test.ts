import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PermissionRequest } from '#shared/domain/permission.ts'
import { wholeText } from '#shared/domain/bounded-text.ts'
import { startControlServer, type ControlServer, type SeenRun } from '#test/fakes/control-server.ts'
import { makeRepository, startRunner } from '#test/fakes/runner.ts'
import type { Runner } from './runner.ts'

let server: ControlServer
let runner: Runner
let repository: Awaited<ReturnType<typeof makeRepository>>

beforeEach(async () => {
  server = await startControlServer()
  runner = await startRunner({ url: server.url })
  repository = await makeRepository({ 'README.md': '# A repository\n', 'a.txt': 'one\n' })
})

afterEach(async () => {
  await runner.close()
  await server.close()
  await repository.remove()
})

const bodies = (run: SeenRun) =>
  [...run.entries.values()].toSorted((one, other) => one.n - other.n).map((entry) => entry.body)
const allow = (_request: PermissionRequest) => ({ kind: 'allow_once' as const })

describe('a runbook in the direct sandbox', () => {
  test('clones, runs its blocks, asks before the one that writes, and tells what changed', async () => {
    const prompt = [
      '# Look',
      'First we look.',
      '```sh',
      'cat a.txt',
      '```',
      '## Write',
      '```sh',
      'echo two >> a.txt',
      '```',
    ].join('\n')
    const runId = server.start({ prompt, config: { repository: { url: repository.path } } })
    const request = await server.asked(runId)
    expect(request.subject).toMatchObject({ kind: 'command', command: 'echo two >> a.txt' })
    expect(server.run(runId).state).toBe('BLOCKED')
    server.answer(request, { kind: 'allow_once' })
    const run = await server.ended(runId)
    expect(run.state).toBe('SUCCEEDED')
    expect(run.states).toEqual(['CLAIMED', 'INPROGRESS', 'BLOCKED', 'INPROGRESS', 'SUCCEEDED'])
    expect(run.badMoves).toEqual([])
    const kinds = bodies(run).map((body) => body.kind)
    expect(kinds).toEqual([
      'user',
      'step',
      'thought',
      'tasks',
      'message',
      'tool',
      'message',
      'tool',
      'permission',
      'message',
      'artifact',
    ])
    const tool = bodies(run).find((body) => body.kind === 'tool')
    expect(tool).toMatchObject({ status: 'completed', command: 'cat a.txt', exitCode: 0 })
    expect(tool?.kind === 'tool' && tool.output !== undefined ? wholeText(tool.output) : '').toBe('one\n')
    const files = run.events.findLast((event) => event.body.type === 'files')?.body
    expect(files).toMatchObject({ files: [{ path: 'a.txt', status: 'modified', added: 1, removed: 0 }] })
    expect([...run.entries.values()].map((entry) => entry.n)).toEqual(
      [...run.entries.keys()].map((_, index) => index + 1),
    )
  })

  test('a message without a block says how to write one', async () => {
    const run = await server.ended(server.start({ prompt: 'Please do something.' }))
    expect(run.state).toBe('SUCCEEDED')
    const message = bodies(run).find((body) => body.kind === 'message')
    expect(message?.kind === 'message' ? wholeText(message.text) : '').toContain('nothing to run')
  })

  test('a failing set-up command ends the run with its last output', async () => {
    const run = await server.ended(
      server.start({
        prompt: '```sh\necho hi\n```',
        config: { setupCommands: ['echo fine', 'echo broken >&2; exit 3'] },
      }),
    )
    expect(run.state).toBe('FAILED')
    expect(run.reason).toMatchObject({ code: 'environment_setup_failed' })
    expect(run.reason?.text).toContain('exit code 3')
    expect(run.reason?.text).toContain('broken')
  })

  test('a failing step asks how to go on, and can be skipped', async () => {
    server.answerAll((request) =>
      request.subject.kind === 'question' ? { kind: 'option', optionId: 'skip' } : allow(request),
    )
    const prompt = '```sh\ntouch x; exit 4\n```\n```sh\necho after\n```'
    const run = await server.ended(server.start({ prompt }))
    expect(run.state).toBe('SUCCEEDED')
    const tasks = run.events.findLast((event) => event.body.type === 'tasks')?.body
    expect(tasks).toMatchObject({ tasks: [{ status: 'cancelled' }, { status: 'completed' }] })
  })

  test('a denied step stops the runbook, with what was said', async () => {
    server.answerAll(() => ({ kind: 'deny', message: 'not today' }))
    const run = await server.ended(server.start({ prompt: '```sh\ntouch x\n```\n```sh\ntouch y\n```' }))
    expect(run.state).toBe('FAILED')
    expect(run.reason?.code).toBe('step_failed')
    const said = bodies(run).flatMap((body) => (body.kind === 'message' ? [wholeText(body.text) ?? ''] : []))
    expect(said.join('')).toContain('not today')
    expect(said.join('')).toContain('1 step was not run')
  })

  test('a follow-up goes on in the same workspace and session', async () => {
    server.answerAll(allow)
    const runId = server.start({ prompt: '```sh\nmkdir deep && cd deep && export COLOUR=blue && touch here\n```' })
    await server.ended(runId)
    server.follow(runId, '```sh\necho "$COLOUR in $(basename "$PWD")"; ls\n```')
    const run = await server.ended(runId, 2)
    expect(run.state).toBe('SUCCEEDED')
    const tool = bodies(run).findLast((body) => body.kind === 'tool')
    expect(tool?.kind === 'tool' && tool.output !== undefined ? wholeText(tool.output) : '').toBe(
      'blue in deep\nhere\n',
    )
    expect(bodies(run).filter((body) => body.kind === 'notice')).toEqual([])
  })
})
