import { existsSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PermissionRequest } from '#shared/domain/permission.ts'
import type { RunErrorCode } from '#shared/domain/run.ts'
import type { ModelApi } from '#agent-runner/models/endpoints.ts'
import type { SeenRun } from './control-server.ts'
import { bodies, harnessMs, messages, notices, openHarnessWorld, tools, type HarnessWorld } from './harness-world.ts'
import type { ModelTurn } from './model-server.ts'

/** How a harness's model calls its tools, and where it differs from the others. */
export interface HarnessDialect {
  readonly id: string
  readonly name: string
  readonly api: ModelApi
  shell(command: string): ModelTurn
  /** Replaces the text of `a.txt`, "one", by "two". */
  readonly edit: ModelTurn
  planRead(planId: string): ModelTurn
  /** Its session of the same minute can't be loaded; Drover tells it the conversation. */
  readonly mayForget: boolean
  /** What became of a call that was denied. */
  readonly denied: 'failed' | 'cancelled'
  /** What a model's error ends as, by its status. */
  readonly errors: Readonly<Record<401 | 500, { code: RunErrorCode | undefined; text: string }>>
  /** Of its files in a repository, which would let it do everything. */
  readonly loosened: Readonly<Record<string, string>>
  /** One of its models; what it uses by itself may be tried for minutes. */
  readonly model: string
  /** As it names it to the provider, where that is another name. */
  readonly sent?: string
}

/** Two or three runs, each with a start of its own. */
const slowMs = 300_000
const command = 'echo from the shell > made.txt && cat made.txt'
/** Whatever is asked is allowed. @returns what was, as it comes. */
export const allowAll = (world: HarnessWorld): PermissionRequest[] => {
  const asked: PermissionRequest[] = []
  world.server.answerAll((request) => {
    asked.push(request)
    return { kind: 'allow_once' }
  })
  return asked
}

/** What each harness is held to, with its real command line tool, in the direct sandbox. */
export function directTests(dialect: HarnessDialect, missing: string | undefined): void {
  const { id, name, api, shell } = dialect
  describe.skipIf(missing !== undefined)(
    `${name} in the direct sandbox${missing === undefined ? '' : ` (${missing})`}`,
    { timeout: slowMs },
    () => {
      let world: HarnessWorld
      beforeEach(async () => {
        world = await openHarnessWorld({
          harness: id,
          files: dialect.loosened,
          config: { model: dialect.model },
          secrets: (model) => [model.secret(api)],
        })
      })
      afterEach(() => world.close())

      test('asks before a command and an edit, uses a plan tool, and tells what changed', async () => {
        const asked = allowAll(world)
        world.model.script([
          { ...shell(command), text: 'I will look first.' },
          dialect.edit,
          dialect.planRead('a-plan'),
          { text: 'Everything is done.' },
        ])
        const run = await world.ended(world.start('Please change a.txt.'))
        expect(run.reason).toBeUndefined()
        expect(run).toMatchObject({ state: 'SUCCEEDED', badMoves: [] })
        expect(world.model.complaints).toEqual([])
        expect(messages(run)).toEqual(['I will look first.', 'Everything is done.'])
        expect(asked.slice(0, 2).map(({ subject }) => subject)).toMatchObject([
          { kind: 'command', command, cwd: expect.stringMatching(/\/workspace$/) },
          { kind: 'edit', files: [{ path: 'a.txt', added: 1, removed: 1 }] },
        ])
        expect(tools(run).filter(({ toolKind }) => toolKind !== 'read')).toMatchObject([
          { toolKind: 'execute', status: 'completed', command },
          { toolKind: 'edit', status: 'completed', changes: [{ path: 'a.txt', added: 1, removed: 1 }] },
          { status: 'completed' },
        ])
        expect(heard(world, 1)).toContain('from the shell')
        expect(heard(world, 3)).toContain('The plan tool was asked: {"tool":"plan_read","planId":"a-plan"}')
        expect(run.events.findLast(({ body }) => body.type === 'files')?.body).toMatchObject({
          files: expect.arrayContaining([
            expect.objectContaining({ path: 'a.txt', status: 'modified' }),
            expect.objectContaining({ path: 'made.txt', status: 'added' }),
          ]),
        })
        expect(existsSync(world.fileOf(run.runId, 'hooked.txt'))).toBe(false)
      })

      test('what is denied does not happen, what is said with it comes next, and a restart goes on from there', async () => {
        world.server.answerAll(() => ({ kind: 'deny', message: 'Leave the files alone.' }))
        world.model.script([shell('rm -rf a.txt'), { text: 'I leave them.' }, { text: 'More.' }])
        const runId = world.start('Clean up.')
        const run = await world.ended(runId)
        expect(run.reason).toBeUndefined()
        expect(run.state).toBe('SUCCEEDED')
        expect(tools(run)).toMatchObject([{ command: 'rm -rf a.txt', status: dialect.denied }])
        expect(said(world).some((text) => text.includes('Leave the files alone.'))).toBe(true)
        expect(run.events.filter(({ body }) => body.type === 'files' && body.files.length > 0)).toEqual([])

        await world.restart()
        world.model.script([shell('cat a.txt'), { text: 'Second answer.' }])
        world.server.follow(runId, 'Two.')
        const next = await world.ended(runId, 2)
        expect(next.reason).toBeUndefined()
        expect(messages(next).at(-1)).toBe('Second answer.')
        expect(notices(next).filter((text) => !dialect.mayForget || !text.includes('could not load'))).toEqual([])
        expect(said(world).join('\n')).toMatch(/Clean up\.[^]*Leave the files alone\.[^]*Two\./)
        expect(tools(next).at(-1)).toMatchObject({ command: 'cat a.txt', status: 'completed' })
      })

      test('a model that fails is told within seconds, and why', async () => {
        world.model.fail({ status: 401, message: 'Incorrect API key provided.' })
        expect(endOf(await world.ended(world.start('One.')))).toEqual({
          code: dialect.errors[401].code,
          text: expect.stringContaining(dialect.errors[401].text),
        })
        world.model.fail({ status: 500, message: 'The model fell over.' })
        expect(endOf(await world.ended(world.start('Two.')))).toEqual({
          code: dialect.errors[500].code,
          text: expect.stringContaining(dialect.errors[500].text),
        })
        expect(world.model.requests.map(({ model }) => model)).toContain(dialect.sent ?? dialect.model)
      })

      test('a flood of output is kept in bounds; Stop ends a command with all that it started', async () => {
        allowAll(world)
        world.model.script([shell('seq 1 400000'), { text: 'Now I speak.', flood: 300_000 }])
        const flooded = await world.ended(world.start('Count.'))
        expect(flooded.reason).toBeUndefined()
        expect(flooded.state).toBe('SUCCEEDED')
        expect(tools(flooded)).toMatchObject([{ command: 'seq 1 400000', status: 'completed' }])
        expect(messages(flooded).join('').length).toBeLessThan(20_000)

        world.model.script([shell('setsid nohup sleep 600 >/dev/null 2>&1 & echo started > started.txt; sleep 600')])
        const runId = world.start('Wait.')
        await expect.poll(() => existsSync(world.fileOf(runId, 'started.txt')), { timeout: harnessMs }).toBe(true)
        expect((await world.stopped(runId)).state).toBe('CANCELLED')
        expect(await world.processesOf(runId)).toEqual([])
        expect(openTools(world.server.run(runId))).toEqual([])
      })

      test('without credentials it says what to do; Stop ends a model that does not come to an end', async () => {
        const without = await world.ended(world.start('One.', {}, []))
        expect(endOf(without)).toEqual({
          code: 'authentication_required',
          text: expect.stringContaining('has no credentials for this run. Add '),
        })
        world.model.script([{ text: 'I am thinking about it. ', hold: true }])
        const runId = world.start('Think.')
        await world.server.until(() => world.model.requests.length > 0, 'it is asked', harnessMs)
        expect((await world.stopped(runId)).state).toBe('CANCELLED')
      })
    },
  )
}

/** For one that tells what it means to do: `tasks` begin "Look around", then "Change the file". */
export function taskTests(dialect: HarnessDialect, tasks: readonly ModelTurn[], missing: string | undefined): void {
  const { id, name, api } = dialect
  test.skipIf(missing !== undefined)(
    `${name}: its task list is the run’s${missing === undefined ? '' : ` (${missing})`}`,
    { timeout: slowMs },
    async () => {
      const world = await openHarnessWorld({
        harness: id,
        config: { model: dialect.model },
        secrets: (model) => [model.secret(api)],
      })
      try {
        world.model.script([...tasks, { text: 'Planned.' }])
        const run = await world.ended(world.start('Plan.'))
        expect(run.reason).toBeUndefined()
        const told = run.events.findLast(({ body }) => body.type === 'tasks')?.body
        expect(told).toMatchObject({
          tasks: [{ text: 'Look around', status: 'in_progress' }, { text: 'Change the file' }],
        })
        expect(bodies(run).filter(({ kind }) => kind === 'tasks')).toHaveLength(1)
        expect(tools(run)).toEqual([])
      } finally {
        await world.close()
      }
    },
  )
}

/** What people said, as the last request has it. */
function said(world: HarnessWorld): string[] {
  const all = world.model.requests.at(-1)?.messages ?? []
  return all.filter(({ role }) => role === 'user').map(({ text }) => text)
}

export function endOf(run: SeenRun): { code: RunErrorCode | undefined; text: string } {
  return { code: run.reason?.code, text: [run.reason?.text ?? '', ...messages(run)].join('\n') }
}

/** What tools had answered before a request. Some harnesses wrap it into JSON. */
export function heard(world: HarnessWorld, request: number): string {
  const answers = (world.model.requests[request]?.messages ?? []).filter(({ role }) => role === 'tool')
  return answers
    .map(({ text }) => text)
    .join('\n')
    .replaceAll('\\"', '"')
    .replaceAll('\\n', '\n')
}

export function openTools(run: SeenRun): unknown[] {
  return tools(run).filter(({ status }) => status === 'in_progress' || status === 'pending')
}
