import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunId } from '#shared/ids.ts'
import { createDockerEngine } from '#agent-runner/sandbox/docker-engine.ts'
import { dockerSettings } from './docker.ts'
import { allowAll, endOf, heard, openTools, type HarnessDialect } from './harness-tests.ts'
import { harnessMs, messages, notices, openHarnessWorld, tools, type HarnessWorld } from './harness-world.ts'

export type DockerDialect = Pick<
  HarnessDialect,
  'id' | 'name' | 'api' | 'shell' | 'edit' | 'planRead' | 'model' | 'mayForget' | 'denied'
> & { readonly errors: Pick<HarnessDialect['errors'], 401> }

/** Two runs, with three starts of a harness. */
const slowMs = 300_000

/** What each harness is held to in a container of an image that has neither the harness nor its Node, and without a network. */
export function dockerTests(dialect: DockerDialect, missing: string | undefined): void {
  const { id, name, api, shell } = dialect
  describe.skipIf(missing !== undefined)(
    `${name} in Docker${missing === undefined ? '' : ` (${missing})`}`,
    { timeout: slowMs },
    () => {
      let world: HarnessWorld
      beforeAll(async () => {
        world = await openHarnessWorld({
          harness: id,
          sandbox: 'docker',
          environment: dockerSettings(),
          config: { model: dialect.model },
          secrets: (model) => [model.secret(api)],
        })
      })
      afterAll(() => world.close())

      test('asks, changes a clone, uses a plan tool, floods; is denied; and goes on in another container', async () => {
        const asked = allowAll(world)
        world.model.script([
          { ...shell('pwd && id -u && touch made.txt'), text: 'Now a command.' },
          dialect.edit,
          dialect.planRead('a-plan'),
          shell('seq 1 400000'),
          { text: 'Everything is done.', flood: 100_000 },
        ])
        const runId = world.start('Please change a.txt.')
        const run = await world.ended(runId)
        expect(run.reason).toBeUndefined()
        expect(run).toMatchObject({ state: 'SUCCEEDED', badMoves: [] })
        expect(world.model.complaints).toEqual([])
        expect(asked.slice(0, 2).map(({ subject }) => subject)).toMatchObject([
          { kind: 'command', command: 'pwd && id -u && touch made.txt', cwd: '/workspace' },
          { kind: 'edit', files: [{ path: 'a.txt', added: 1, removed: 1 }] },
        ])
        expect(heard(world, 1)).toContain('/workspace\n1000')
        expect(heard(world, 3)).toContain('The plan tool was asked: {"tool":"plan_read","planId":"a-plan"}')
        expect(tools(run).findLast(({ toolKind }) => toolKind === 'execute')).toMatchObject({
          command: 'seq 1 400000',
          status: 'completed',
        })
        expect(messages(run)[0]).toBe('Now a command.')
        expect(messages(run).join('').length).toBeLessThan(20_000)
        expect(run.events.findLast(({ body }) => body.type === 'files')?.body).toMatchObject({
          files: expect.arrayContaining([
            expect.objectContaining({ path: 'a.txt', status: 'modified' }),
            expect.objectContaining({ path: 'made.txt', status: 'added' }),
          ]),
        })

        world.server.answerAll(() => ({ kind: 'deny', message: 'Leave the files alone.' }))
        world.model.script([shell('rm -rf a.txt'), { text: 'I leave them.' }, { text: 'More.' }])
        world.server.follow(runId, 'Clean up.')
        const denied = await world.ended(runId, 2)
        expect(denied.reason).toBeUndefined()
        expect(tools(denied).at(-1)).toMatchObject({ command: 'rm -rf a.txt', status: dialect.denied })
        expect(everything(world).includes('Leave the files alone.')).toBe(true)
        expect(existsSync(world.fileOf(runId, 'a.txt'))).toBe(true)

        await world.restart()
        world.model.script([shell('cat a.txt made.txt'), { text: 'Second answer.' }])
        world.server.follow(runId, 'Two.')
        const next = await world.ended(runId, 3)
        expect(next.reason).toBeUndefined()
        expect(messages(next).at(-1)).toBe('Second answer.')
        expect(notices(next).filter((text) => !dialect.mayForget || !text.includes('could not load'))).toEqual([])
        expect(/Clean up\.[^]*Leave the files alone\.[^]*Two\./.test(everything(world))).toBe(true)
        expect(tools(next).at(-1)).toMatchObject({ command: 'cat a.txt made.txt', status: 'completed' })
        expect(heard(world, world.model.requests.length - 1)).toContain('two')
      })

      test('a model that fails is told with its reason; Stop ends a command with all that it started', async () => {
        allowAll(world)
        world.model.fail({ status: 401, message: 'Incorrect API key provided.' })
        const runId = world.start('One.')
        expect(endOf(await world.ended(runId))).toEqual({
          code: dialect.errors[401].code,
          text: expect.stringContaining(dialect.errors[401].text),
        })
        world.model.fail(undefined)
        world.model.script([shell('setsid nohup sleep 600 >/dev/null 2>&1 & echo started > started.txt; sleep 600')])
        world.server.follow(runId, 'Wait.')
        await expect.poll(() => existsSync(world.fileOf(runId, 'started.txt')), { timeout: harnessMs }).toBe(true)
        expect(await containersOf(runId)).toHaveLength(1)
        expect((await world.stopped(runId)).state).toBe('CANCELLED')
        expect(await containersOf(runId)).toEqual([])
        expect(openTools(world.server.run(runId))).toEqual([])
      })
    },
  )
}

/** Whatever the last request says. */
function everything(world: HarnessWorld): string {
  return (world.model.requests.at(-1)?.messages ?? []).map(({ text }) => text).join('\n')
}

async function containersOf(runId: RunId): Promise<string[]> {
  const { docker } = createDockerEngine({
    socket: process.env['DROVER_TEST_DOCKER_SOCKET'],
    host: process.env['DOCKER_HOST'],
  })
  const listed = await docker.listContainers({ all: true, filters: { label: [`dev.drover.run=${runId}`] } })
  return listed.map(({ Id }) => Id)
}
