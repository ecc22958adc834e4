import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { wholeText, type BoundedText } from '#shared/domain/bounded-text.ts'
import { askLine, type PermissionRequest } from '#shared/domain/permission.ts'
import { hasEnded } from '#shared/domain/run.ts'
import { UserId, type RunId } from '#shared/ids.ts'
import { startControlServer, type ControlServer, type SeenRun } from '#test/fakes/control-server.ts'
import { dockerMissing, dockerSettings } from '#test/fakes/docker.ts'
import { dockerTests } from '#test/fakes/harness-docker-tests.ts'
import { openHarnessWorld } from '#test/fakes/harness-world.ts'
import { openCodeConfig, startModelServer, type ModelServer, type ModelTurn } from '#test/fakes/model-server.ts'
import { harnessMissing, makeRunnerFolder } from '#test/fakes/kept-tools.ts'
import { makeRepository, startRunner } from '#test/fakes/runner.ts'
import { findRunProcesses } from './sandbox/process-tree.ts'

const missing = await harnessMissing('opencode')
const startMs = 60_000
const person = UserId.parse('person-1')

const todo = (first: string, second: string): ModelTurn => ({
  tools: [
    {
      name: 'todowrite',
      input: {
        todos: [
          { id: '1', content: 'Look around', status: first, priority: 'high' },
          { id: '2', content: 'Change the file', status: second, priority: 'high' },
        ],
      },
    },
  ],
})
const shell = (command: string, text?: string): ModelTurn => ({
  ...(text === undefined ? {} : { text }),
  tools: [{ name: 'bash', input: { command, description: 'Does something' } }],
})
const call = (name: string, input: Record<string, unknown>): ModelTurn => ({ tools: [{ name, input }] })

const bodies = (run: SeenRun) =>
  [...run.entries.values()].toSorted((one, other) => one.n - other.n).map((entry) => entry.body)
const read = (text: BoundedText | undefined): string => (text === undefined ? '' : (wholeText(text) ?? ''))
const messages = (run: SeenRun) => bodies(run).flatMap((body) => (body.kind === 'message' ? [read(body.text)] : []))
const tools = (run: SeenRun) => bodies(run).flatMap((body) => (body.kind === 'tool' ? [body] : []))

describe.skipIf(missing !== undefined)(
  `OpenCode in the direct sandbox${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let server: ControlServer
    let model: ModelServer
    let runner: Awaited<ReturnType<typeof startRunner>>
    let folder: Awaited<ReturnType<typeof makeRunnerFolder>>
    let repository: Awaited<ReturnType<typeof makeRepository>>

    beforeEach(async () => {
      server = await startControlServer()
      model = await startModelServer()
      folder = await makeRunnerFolder()
      repository = await makeRepository({ 'README.md': '# A repository\n', 'a.txt': 'one\n' })
      runner = await startHere()
    })
    afterEach(async () => {
      await runner.close()
      await model.close()
      await server.close()
      await repository.remove()
      await folder.remove()
    })

    const startHere = (environment: Record<string, string> = {}) =>
      startRunner({
        url: server.url,
        folder: folder.path,
        environment: { DROVER_OPENCODE_CONFIG: openCodeConfig(model.url), ...environment },
      })

    const start = (prompt: string) =>
      server.start({ harness: 'opencode', prompt, config: { repository: { url: repository.path } } })

    test('plans, asks before a command and before each edit, and tells what changed', async () => {
      const asked: PermissionRequest[] = []
      server.answerAll((request) => {
        asked.push(request)
        return { kind: 'allow_once' }
      })
      model.script([
        { text: 'I will look first.', ...todo('in_progress', 'pending') },
        shell('echo from the shell > made.txt && cat made.txt', 'Now a command.'),
        call('read', { filePath: 'a.txt' }),
        call('edit', { filePath: 'a.txt', oldString: 'one', newString: 'two' }),
        call('write', { filePath: 'new.txt', content: 'hello\n' }),
        todo('completed', 'completed'),
        { text: 'Everything is done.' },
      ])
      const run = await ended(start('Please change a.txt.'))
      expect(run.reason).toBeUndefined()
      expect(run.state).toBe('SUCCEEDED')
      expect(run.badMoves).toEqual([])
      expect(model.complaints).toEqual([])
      expect(model.requests[0]?.messages.at(-1)).toMatchObject({
        role: 'user',
        text: expect.stringContaining('Please change a.txt.'),
      })

      expect(messages(run)).toEqual(['I will look first.', 'Now a command.', 'Everything is done.'])
      expect(tools(run)).toMatchObject([
        {
          toolKind: 'execute',
          status: 'completed',
          command: 'echo from the shell > made.txt && cat made.txt',
          locations: [],
        },
        { toolKind: 'read', status: 'completed', title: 'a.txt' },
        {
          toolKind: 'edit',
          status: 'completed',
          changes: [{ path: 'a.txt', status: 'modified', added: 1, removed: 1 }],
        },
        {
          toolKind: 'edit',
          status: 'completed',
          changes: [{ path: 'new.txt', status: 'added', added: 1, removed: 0 }],
        },
      ])
      expect(read(tools(run)[0]?.output)).toBe('from the shell\n')

      const told = run.events.flatMap(({ body }) =>
        body.type === 'tasks' ? [body.tasks.map((task) => task.status)] : [],
      )
      expect(told).toEqual([
        ['in_progress', 'pending'],
        ['completed', 'completed'],
      ])
      expect(asked.map((request) => request.subject)).toMatchObject([
        {
          kind: 'command',
          command: 'echo from the shell > made.txt && cat made.txt',
          cwd: expect.stringMatching(/\/workspace$/),
        },
        {
          kind: 'edit',
          files: [{ path: 'a.txt', added: 1, removed: 1, patch: expect.stringContaining('-one\n+two\n') }],
        },
        {
          kind: 'edit',
          files: [{ path: 'new.txt', added: 1, removed: 0, patch: expect.stringContaining('+hello\n') }],
        },
      ])
      const files = run.events.findLast(({ body }) => body.type === 'files')?.body
      expect(files).toMatchObject({
        files: [
          { path: 'a.txt', status: 'modified' },
          { path: 'made.txt', status: 'added' },
          { path: 'new.txt', status: 'added' },
        ],
      })
      const usage = run.events.findLast(({ body }) => body.type === 'usage')?.body
      expect(usage).toMatchObject({ usage: { contextSize: 100_000, costUsd: expect.any(Number) } })
    })

    test('what a person denies does not happen, and what they say with it is the next message', async () => {
      server.answerAll(() => ({ kind: 'deny', message: 'Leave the files alone.' }))
      model.script([shell('rm -rf a.txt'), { text: 'I leave them.' }])
      const run = await ended(start('Clean up.'))
      expect(run.reason).toBeUndefined()
      expect(run.state).toBe('SUCCEEDED')
      expect(tools(run)).toMatchObject([{ command: 'rm -rf a.txt', status: 'failed' }])
      expect(messages(run)).toEqual(['I leave them.'])
      expect(model.complaints).toEqual([])
      expect(model.requests.at(-1)?.messages.at(-1)).toMatchObject({
        role: 'user',
        text: expect.stringContaining('Leave the files alone.'),
      })
      expect(run.events.filter(({ body }) => body.type === 'files' && body.files.length > 0)).toEqual([])
    })

    test('a follow-up goes on in the same conversation', async () => {
      model.script([{ text: 'First answer.' }, { text: 'Second answer.' }])
      const runId = start('One.')
      await ended(runId)
      server.follow(runId, 'Two.')
      const run = await ended(runId, 2)
      expect(run.state).toBe('SUCCEEDED')
      expect(messages(run)).toEqual(['First answer.', 'Second answer.'])
      const said = model.requests.at(-1)?.messages.filter((message) => message.role !== 'system')
      expect(said?.map((message) => message.role)).toEqual(['user', 'assistant', 'user'])
      expect(bodies(run).filter((body) => body.kind === 'notice')).toEqual([])
    })

    test('a new runner goes on with the conversation that OpenCode kept', async () => {
      model.script([{ text: 'First answer.' }, shell('cat a.txt'), { text: 'Second answer.' }])
      const runId = start('One.')
      await ended(runId)
      await runner.close()
      runner = await startHere()
      server.follow(runId, 'Two.')
      const run = await ended(runId, 2)
      expect(run.reason).toBeUndefined()
      expect(messages(run)).toEqual(['First answer.', 'Second answer.'])
      // A plain read needs no question.
      expect(tools(run)).toMatchObject([{ command: 'cat a.txt', status: 'completed' }])
      expect(run.permissions.size).toBe(0)
      expect(bodies(run).filter((body) => body.kind === 'notice' || body.kind === 'permission')).toEqual([])
      const said = model.requests.at(-1)?.messages.filter((message) => message.role !== 'system')
      expect(said?.map((message) => message.role)).toEqual(['user', 'assistant', 'user', 'assistant', 'tool'])
    })

    test('a key that the model refuses is told as such', async () => {
      await runner.close()
      runner = await startHere({ DROVER_OPENCODE_CONFIG: openCodeConfig(model.url, 'another-key') })
      const run = await ended(start('One.'))
      expect(run).toMatchObject({ state: 'FAILED', reason: { code: 'authentication_required' } })
    })

    test('Stop ends a command that works and everything that it started', async () => {
      server.answerAll(() => ({ kind: 'allow_once' }))
      model.script([shell('setsid nohup sleep 600 >/dev/null 2>&1 & echo started; sleep 600')])
      const runId = start('Wait.')
      await server.until(
        () => tools(server.run(runId)).some((body) => read(body.output).includes('started')),
        'the command runs',
        startMs,
      )
      expect((await findRunProcesses(runId, folder.path)).length).toBeGreaterThan(2)
      await stopped(runId)
    })

    test('Stop ends a model that does not come to an end, and keeps what it said', async () => {
      model.script([{ text: 'I am thinking about it', hold: true }])
      const runId = start('Think.')
      await server.until(() => messages(server.run(runId)).includes('I am thinking about it'), 'it speaks', startMs)
      await stopped(runId)
      expect(messages(server.run(runId))).toEqual(['I am thinking about it'])
    })

    /** Its start alone can take ten seconds on a busy machine. */
    function ended(runId: RunId, turn = 1): Promise<SeenRun> {
      const over = (run: SeenRun): boolean => hasEnded(run.state) && run.turn >= turn && run.claimed.includes(run.turn)
      return server.until(() => over(server.run(runId)) && server.run(runId), 'the run ended', startMs)
    }

    /** Stops it and looks for processes that it left. */
    async function stopped(runId: RunId): Promise<void> {
      const deliveryId = server.deliver(runId, { type: 'stop', by: person })
      expect((await ended(runId)).state).toBe('CANCELLED')
      await server.until(
        () => server.receipts.some((receipt) => receipt.deliveryId === deliveryId && receipt.state === 'done'),
        'the receipt',
      )
      expect(await findRunProcesses(runId, folder.path)).toEqual([])
      expect(
        tools(server.run(runId)).filter((body) => body.status === 'in_progress' || body.status === 'pending'),
      ).toEqual([])
    }
  },
)

test.skipIf(missing !== undefined)(
  `OpenCode with the models of its run: a plan tool, a flood, and what a repository can’t loosen${missing === undefined ? '' : ` (${missing})`}`,
  { timeout: 240_000 },
  async () => {
    const world = await openHarnessWorld({
      harness: 'opencode',
      config: { model: 'anthropic/my-model' },
      files: { 'opencode.json': JSON.stringify({ permission: { bash: 'allow' }, model: 'anthropic/another' }) },
      secrets: (server) => [server.secret('anthropic')],
    })
    try {
      const asked: string[] = []
      world.server.answerAll((request) => {
        asked.push(askLine(request))
        return { kind: 'allow_once' }
      })
      world.model.script([
        call('drover_plan_read', { plan_id: 'a-plan' }),
        shell('seq 1 400000 > /dev/null && touch made.txt'),
        { text: 'Now I speak.', flood: 300_000 },
      ])
      const run = await world.ended(world.start('Go.'))
      expect(run.reason).toBeUndefined()
      expect(run.state).toBe('SUCCEEDED')
      expect(world.model.complaints).toEqual([])
      expect(asked).toEqual(['seq 1 400000 > /dev/null && touch made.txt'])
      expect(world.model.requests.map((request) => [request.wire, request.model])).toEqual(
        Array.from({ length: 3 }, () => ['messages', 'my-model']),
      )
      expect(world.model.requests[1]?.messages.at(-1)?.text).toContain('The plan tool was asked')
      expect(messages(run).join('').length).toBeLessThan(20_000)
      const without = await world.ended(world.start('Go.', {}, []))
      expect(without).toMatchObject({ state: 'FAILED', reason: { code: 'authentication_required' } })
    } finally {
      await world.close()
    }
  },
)

const missingThere = missing ?? (await dockerMissing())

dockerTests(
  {
    id: 'opencode',
    name: 'OpenCode',
    api: 'anthropic',
    shell,
    edit: {
      tools: [
        { name: 'read', input: { filePath: 'a.txt' } },
        { name: 'edit', input: { filePath: 'a.txt', oldString: 'one', newString: 'two' } },
      ],
    },
    planRead: (planId) => call('drover_plan_read', { plan_id: planId }),
    model: 'anthropic/my-model',
    mayForget: false,
    denied: 'failed',
    errors: { 401: { code: 'authentication_required', text: 'Incorrect API key provided.' } },
  },
  missingThere,
)

describe.skipIf(missingThere !== undefined)(
  `OpenCode with a configuration of its own, in Docker${missingThere === undefined ? '' : ` (${missingThere})`}`,
  () => {
    test(
      'in a container without a network it ends, and says that its model was not reached',
      { timeout: 230_000 },
      async () => {
        const server = await startControlServer()
        const model = await startModelServer()
        const folder = await makeRunnerFolder()
        const runner = await startRunner({
          url: server.url,
          folder: folder.path,
          environment: {
            ...dockerSettings(),
            DROVER_DOCKER_NETWORK: 'none',
            DROVER_OPENCODE_CONFIG: openCodeConfig(model.url),
          },
        })
        try {
          const runId = server.start({ harness: 'opencode', sandbox: 'docker', prompt: 'Hello.' })
          const run = await server.until(
            () => hasEnded(server.run(runId).state) && server.run(runId),
            'it ended',
            200_000,
          )
          expect(run).toMatchObject({ state: 'ERROR', reason: { retryable: true } })
          expect(run.reason?.text).toContain('Cannot connect to API')
          expect(model.requests).toEqual([])
        } finally {
          await runner.close()
          await model.close()
          await server.close()
          await folder.remove()
        }
      },
    )
  },
)
