import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { wholeText } from '#shared/domain/bounded-text.ts'
import { startControlServer, type ControlServer, type SeenRun } from '#test/fakes/control-server.ts'
import { startRunner } from '#test/fakes/runner.ts'
import { spawnRunner } from '#test/fakes/runner-process.ts'

vi.setConfig({ testTimeout: 60_000 })

let server: ControlServer
let folder: string
let scripts: Record<string, string>
beforeEach(async () => {
  server = await startControlServer({ heartbeatMs: 500 })
  server.answerAll(() => ({ kind: 'allow_once' }))
  folder = await mkdtemp(join(tmpdir(), 'drover-direct-'))
  await script(
    'up',
    'echo "up $OZ_WORKSPACE_ROOT $DROVER_WORKER_BACKEND"; echo "TICKET=for $DROVER_RUN_ID" >> "$OZ_ENVIRONMENT_FILE"',
  )
  await script(
    'down',
    'echo "down $DROVER_WORKSPACE_ROOT $OZ_RUN_ID ${DROVER_ENVIRONMENT_FILE-no file}" | tee -a "$NOTES"',
  )
  scripts = {
    DROVER_DIRECT_SETUP: join(folder, 'up'),
    DROVER_DIRECT_TEARDOWN: join(folder, 'down'),
    DROVER_DIRECT_ENV: JSON.stringify([`NOTES=${join(folder, 'notes')}`]),
  }
})
afterEach(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

async function script(name: string, text: string): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/sh\n${text}\n`)
  await chmod(join(folder, name), 0o755)
}
const notes = () => readFile(join(folder, 'notes'), 'utf8').catch(() => '')
const steps = (run: SeenRun) =>
  [...run.entries.values()].flatMap(({ body }) =>
    body.kind === 'step'
      ? [`${body.title}: ${body.status}: ${body.output === undefined ? '' : wholeText(body.output)}`]
      : [],
  )
const outputs = (run: SeenRun) =>
  [...run.entries.values()].flatMap(({ body }) =>
    body.kind === 'tool' && body.output !== undefined ? [wholeText(body.output) ?? ''] : [],
  )

test('both commands stand in the transcript, know the run, and what the first writes is in the run', async () => {
  const runner = await startRunner({ url: server.url, environment: { ...scripts, DROVER_RUNNER_IDLE: '0s' } })
  const runId = server.start({ prompt: '```sh\necho "$TICKET"; env | grep -c DROVER_API || true\n```' })
  const run = await server.ended(runId)
  const workspace = join(runner.folder, 'runs', runId, 'workspace')
  expect(outputs(run)).toEqual([`for ${runId}\n0\n`])
  await server.until(
    () => steps(run).some((step) => step.startsWith('Tear-down command of the runner: completed')),
    'the tear-down is told',
  )
  expect(steps(run)).toEqual([
    `Set-up command of the runner: completed: up ${workspace} direct\n`,
    `Tear-down command of the runner: completed: down ${workspace} ${runId} no file\n`,
  ])
  expect(await notes()).toBe(`down ${workspace} ${runId} no file\n`)
  await runner.close()
})

test('a set-up that fails or takes too long ends the run with its words, and is torn down', async () => {
  await script('up', 'echo "no licence"; exit 3')
  const runner = await startRunner({ url: server.url, environment: scripts })
  const run = await server.ended(server.start({ prompt: '```sh\ntrue\n```' }))
  expect(run).toMatchObject({ state: 'FAILED', reason: { code: 'environment_setup_failed' } })
  expect(run.reason?.text).toContain('ended with exit code 3.\nno licence')
  expect((await notes()).split('\n')).toHaveLength(2)
  await runner.close()

  await script('up', 'sleep 600')
  const hasty = await startRunner({ url: server.url, environment: { ...scripts, DROVER_DIRECT_COMMAND_TIME: '300ms' } })
  const late = await server.ended(server.start({ prompt: '```sh\ntrue\n```' }))
  expect(late.reason?.text).toContain('Stopped: it took longer than 0 s')
  await hasty.close()

  await script('up', 'echo "DROVER_API_KEY=x" > "$DROVER_ENVIRONMENT_FILE"')
  const wrong = await startRunner({ url: server.url, environment: scripts })
  const refused = await server.ended(server.start({ prompt: '```sh\ntrue\n```' }))
  expect(refused.reason?.text).toContain('DROVER_API_KEY is set by Drover itself')
  await wrong.close()
})

test('a runner that was killed in between makes up for the tear-down at its next start', async () => {
  const data = join(folder, 'runner')
  const killed = spawnRunner({ url: server.url, folder: data, environment: scripts })
  const runId = server.start({ prompt: '```sh\necho at work; sleep 600\n```' })
  await server.until(() => outputs(server.run(runId)).join('').includes('at work'), 'it is at work', 60_000)
  await killed.end('SIGKILL')
  expect(await notes()).toBe('')
  const next = spawnRunner({ url: server.url, folder: data, environment: scripts })
  await next.said('was made up for')
  expect(await notes()).toBe(`down ${data}/runs/${runId}/workspace ${runId} no file\n`)
  expect(await readFile(join(data, 'runs', runId, 'tear-down.log'), 'utf8')).toContain('It ended with exit code 0.')
  expect(await server.ended(runId)).toMatchObject({ state: 'ERROR', reason: { code: 'runner_restarted' } })
  await next.end('SIGTERM')
  expect((await notes()).split('\n')).toHaveLength(2)
})
