import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { wholeText } from '#shared/domain/bounded-text.ts'
import { UserId } from '#shared/ids.ts'
import { startControlServer, type ControlServer, type SeenRun } from '#test/fakes/control-server.ts'
import { dockerMissing, dockerSettings } from '#test/fakes/docker.ts'
import { makeRepository, startRunner } from '#test/fakes/runner.ts'
import { createDockerEngine } from './sandbox/docker-engine.ts'

const missing = await dockerMissing()
const engine = createDockerEngine({
  socket: process.env['DROVER_TEST_DOCKER_SOCKET'],
  host: process.env['DOCKER_HOST'],
})
const containersOf = (runId: string) =>
  engine.docker.listContainers({ all: true, filters: { label: [`dev.drover.run=${runId}`] } })

describe.skipIf(missing !== undefined)(`runs in Docker${missing === undefined ? '' : ` (${missing})`}`, () => {
  let server: ControlServer
  let runner: Awaited<ReturnType<typeof startRunner>>
  let repository: Awaited<ReturnType<typeof makeRepository>>

  beforeEach(async () => {
    server = await startControlServer()
    runner = await startRunner({
      url: server.url,
      environment: { ...dockerSettings(), DROVER_DOCKER_MEMORY_MB: '256', DROVER_DOCKER_PIDS: '200' },
    })
    repository = await makeRepository({ 'a.txt': 'one\n' })
    server.answerAll(() => ({ kind: 'allow_once' }))
  })
  afterEach(async () => {
    await runner.close()
    await server.close()
    await repository.remove()
  })

  const outputs = (run: SeenRun) =>
    [...run.entries.values()].flatMap(({ body }) =>
      (body.kind === 'tool' || body.kind === 'step') && body.output !== undefined ? [wholeText(body.output) ?? ''] : [],
    )
  const start = (script: string, config = {}) =>
    server.start({ sandbox: 'docker', prompt: `\`\`\`sh\n${script}\n\`\`\``, config })

  test('a runbook works on a clone as a plain user without rights, and its diff comes out', async () => {
    const script = [
      'id -u; pwd; cat a.txt',
      'grep -E "^(CapEff|NoNewPrivs)" /proc/self/status',
      'ls /var/run/docker.sock 2>&1 || true',
      'env | grep -c -i -E "drover_api|secret" || true',
      'echo two >> a.txt',
      'touch /opt/drover/x 2>&1 || echo no way',
    ].join('\n')
    const runId = start(script, { repository: { url: repository.path }, setupCommands: ['echo set up in $PWD'] })
    const run = await server.ended(runId)
    expect(run.reason).toBeUndefined()
    expect(run.state).toBe('SUCCEEDED')
    const text = outputs(run).join('')
    expect(text).toContain('set up in /workspace')
    expect(text).toContain('1000\n/workspace\none\n')
    expect(text).toMatch(/CapEff:\s+0000000000000000/)
    expect(text).toMatch(/NoNewPrivs:\s+1/)
    expect(text).toContain("cannot access '/var/run/docker.sock'")
    expect(text).toContain('no way')
    const files = run.events.findLast((event) => event.body.type === 'files')?.body
    expect(files).toMatchObject({ files: [{ path: 'a.txt', added: 1 }] })
    const [container] = await containersOf(runId)
    const inspected = await engine.docker.getContainer(container?.Id ?? '').inspect()
    expect(inspected.HostConfig).toMatchObject({
      Memory: 256 * 1024 * 1024,
      PidsLimit: 200,
      NetworkMode: 'none',
      CapDrop: ['ALL'],
      Init: true,
    })
    await runner.close()
    expect(await containersOf(runId)).toEqual([])
  })

  test('a stop ends every process of the container, daemons too, and removes it', async () => {
    const runId = start('setsid nohup sleep 600 >/dev/null 2>&1 &\nsleep 600')
    await server.until(
      () =>
        [...server.run(runId).entries.values()].some(
          ({ body }) => body.kind === 'tool' && body.status === 'in_progress',
        ),
      'the step runs',
    )
    const before = Date.now()
    server.deliver(runId, { type: 'stop', by: UserId.parse('person-1') })
    expect((await server.ended(runId)).state).toBe('CANCELLED')
    expect(Date.now() - before).toBeLessThan(15_000)
    await server.until(() => runner.activeRuns().length === 0, 'it is over')
    expect(await containersOf(runId)).toEqual([])
  })

  test('out of memory is told as such', async () => {
    const run = await server.ended(
      start('node -e "const a=[];for(;;)a.push(Buffer.alloc(4e6,1))" & wait $! || kill -9 $PPID'),
    )
    expect(run).toMatchObject({ state: 'ERROR', reason: { code: 'sandbox_out_of_memory' } })
  })

  test('an image that is nowhere, and one that is no system', async () => {
    const run = await server.ended(start('true', { image: 'localhost:9/nothing/here:1' }))
    expect(run).toMatchObject({ state: 'ERROR', reason: { code: 'sandbox_failed' } })
    expect(run.reason?.text).toContain('localhost:9/nothing/here:1')
  })
})

describe('without Docker', () => {
  test('the runner says why, and a run that wants it is not taken', async () => {
    const server = await startControlServer()
    const runner = await startRunner({ url: server.url, environment: { DROVER_DOCKER_SOCKET: '/nowhere/docker.sock' } })
    const runId = server.start({ sandbox: 'docker', prompt: 'x' })
    await server.until(() => server.run(runId).rejected.length > 0, 'it is rejected')
    expect(server.run(runId).rejected[0]).toContain('there is no socket at /nowhere/docker.sock')
    expect(server.hellos[0]).toMatchObject({ sandboxes: ['direct'] })
    expect(server.hellos[0]?.problems[0]).toContain('Docker is not running')
    await runner.close()
    await server.close()
  })
})
