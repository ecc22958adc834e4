import { mkdtemp, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { wholeText } from '#shared/domain/bounded-text.ts'
import { endStates } from '#shared/domain/run.ts'
import { EnvironmentId } from '#shared/ids.ts'
import type { Assignment } from '#shared/protocol/runner-link.ts'
import { startControlServer, type ControlServer, type SeenRun } from '#test/fakes/control-server.ts'
import { dockerMissing, dockerSettings, testImage } from '#test/fakes/docker.ts'
import { makeRepository, startRunner } from '#test/fakes/runner.ts'
import { spawnRunner } from '#test/fakes/runner-process.ts'
import { createDockerEngine } from '../sandbox/docker-engine.ts'
import { removeTree } from './copy-tree.ts'

vi.setConfig({ testTimeout: 240_000 })

/** Images are committed and processes started meanwhile, on a machine that may have much else to do. */
const patienceMs = 80_000

const missing = await dockerMissing()
const { docker } = createDockerEngine({
  socket: process.env['DROVER_TEST_DOCKER_SOCKET'],
  host: process.env['DOCKER_HOST'],
})

describe.skipIf(missing !== undefined)(`environments in Docker${missing === undefined ? '' : ` (${missing})`}`, () => {
  let server: ControlServer
  let folder: string
  let repository: Awaited<ReturnType<typeof makeRepository>>

  beforeEach(async () => {
    server = await startControlServer()
    server.answerAll(() => ({ kind: 'allow_once' }))
    repository = await makeRepository({ 'a.txt': 'one\n' })
    folder = await mkdtemp(join(tmpdir(), 'drover-environment-'))
  })
  afterEach(async () => {
    await server.close()
    await repository.remove()
    await removeTree(folder)
  })

  const environment = (command: string): NonNullable<Assignment['environment']> => ({
    id: EnvironmentId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b35'),
    revision: 1,
    name: 'Billing',
    repositories: [{ url: repository.path }],
    setupCommands: [{ command }],
    variables: [{ name: 'GREETING', value: 'hello' }],
    resources: { memoryMb: 200, pids: 100 },
  })
  const begin = (command: string, script: string) =>
    server.start({
      sandbox: 'docker',
      prompt: `\`\`\`sh\n${script}\n\`\`\``,
      more: { environment: environment(command) },
    })
  const perform = async (command: string, script = 'true') => read(await ended(begin(command, script)))
  const ended = (runId: ReturnType<ControlServer['start']>): Promise<SeenRun> =>
    server.until(
      () => {
        const run = server.run(runId)
        return endStates.has(run.state) && run
      },
      'the run ended',
      patienceMs,
    )
  const read = (run: SeenRun) => {
    const bodies = [...run.entries.values()].map(({ body }) => body)
    const steps = bodies.flatMap((body) => (body.kind === 'step' ? [body] : []))
    const said = bodies.flatMap((body) =>
      (body.kind === 'step' || body.kind === 'tool') && body.output !== undefined ? [wholeText(body.output) ?? ''] : [],
    )
    return { ...run, titles: steps.map(({ title }) => title), text: said.join('') }
  }

  test('the second run has the files, the home and the changed image of the first, under its own limits', async () => {
    const runner = await startRunner({ url: server.url, folder, environment: dockerSettings() })
    try {
      // The one place of the image that a plain user may write to.
      const command = 'echo "$GREETING" > made && echo h > "$HOME/h" && echo outside > /var/tmp/outside'
      const first = await perform(command)
      expect(first.reason).toBeUndefined()
      expect(first.titles.at(-1)).toBe('Keep the set-up for later runs')
      const script = 'cat made ~/h /var/tmp/outside a.txt; echo two >> a.txt; cat /sys/fs/cgroup/pids.max || true'
      const second = await perform(command, script)
      expect(second.reason).toBeUndefined()
      expect(second.titles).toEqual(['Take the set-up of an earlier run'])
      expect(second.text).toContain('hello\nh\noutside\none\n')
      const files = second.events.findLast((event) => event.body.type === 'files')?.body
      expect(files).toMatchObject({ files: [{ path: 'a.txt' }, { path: 'made' }] })
    } finally {
      await runner.close()
      for (const { Id } of await docker.listImages({ filters: { reference: ['drover-set-up'] } }))
        await docker.getImage(Id).remove({ force: true })
    }
  })

  test('a command that fails ends the run with its exit code and its last words', async () => {
    const runner = await startRunner({ url: server.url, folder, environment: dockerSettings() })
    try {
      const run = await perform('echo looking for it; cat /nothing/here')
      expect(run).toMatchObject({ state: 'FAILED', reason: { code: 'environment_setup_failed' } })
      expect(run.reason?.text).toMatch(/exit code 1\.[^]*\/nothing\/here/)
    } finally {
      await runner.close()
    }
  })

  test('an image is built from a Dockerfile of the repository once, its log shown; one that fails says how', async () => {
    await repository.remove()
    repository = await makeRepository({
      Dockerfile: `FROM ${testImage}\nCOPY a.txt /from-dockerfile\nRUN echo built > /built\n`,
      'a.txt': 'one\n',
      'Broken.dockerfile': `FROM ${testImage}\nRUN exit 9\n`,
    })
    const runner = await startRunner({ url: server.url, folder, environment: dockerSettings() })
    const run = async (path: string, script: string) => {
      const { setupCommands: _none, ...plain } = environment('true')
      const built = { ...plain, setupCommands: [], dockerfile: { repository: 0, path } }
      const prompt = `\`\`\`sh\n${script}\n\`\`\``
      return read(await ended(server.start({ sandbox: 'docker', prompt, more: { environment: built } })))
    }
    try {
      const first = await run('Dockerfile', 'cat /from-dockerfile /built')
      expect(first.reason).toBeUndefined()
      expect(first.titles).toContain('Build the image from Dockerfile')
      expect(first.text).toMatch(/RUN echo built[^]*one\nbuilt\n/)
      expect((await run('Dockerfile', 'true')).titles).toEqual(['Take the set-up of an earlier run'])
      // Nothing changed in the container itself, so none of it is kept as an image.
      expect(await docker.listImages({ filters: { reference: ['drover-set-up'] } })).toEqual([])
      const broken = await run('Broken.dockerfile', 'true')
      expect(broken).toMatchObject({
        state: 'FAILED',
        reason: { code: 'environment_setup_failed', part: 'dockerfile' },
      })
      expect(broken.text).toContain('returned a non-zero code: 9')
    } finally {
      await runner.close()
      for (const { Id } of await docker.listImages({ filters: { reference: ['drover-built'] } }))
        await docker.getImage(Id).remove({ force: true })
    }
  })

  test('a runner that is killed within a set-up leaves no half of it, no container, and the next run makes it anew', async () => {
    const killed = spawnRunner({ url: server.url, folder, environment: dockerSettings() })
    const runId = begin('echo begun > made; sleep 600', 'true')
    await server.until(
      () =>
        [...server.run(runId).entries.values()].some(
          ({ body }) => body.kind === 'step' && body.status === 'in_progress' && body.title.startsWith('echo'),
        ),
      'the command runs',
      patienceMs,
    )
    await killed.end('SIGKILL')
    const next = spawnRunner({ url: server.url, folder, environment: dockerSettings() })
    try {
      expect(await ended(runId)).toMatchObject({ state: 'ERROR', reason: { code: 'runner_restarted' } })
      const left = await docker.listContainers({ all: true, filters: { label: [`dev.drover.run=${runId}`] } })
      expect(left).toEqual([])
      const run = await perform('test ! -e made && echo anew > made', 'cat made')
      expect(run.state).toBe('SUCCEEDED')
      expect(run.titles[0]).toMatch(/^Clone/)
      expect((await readdir(join(folder, 'set-ups'))).filter((name) => name.startsWith('.new-'))).toEqual([])
    } finally {
      await next.end('SIGTERM')
    }
  })
})
