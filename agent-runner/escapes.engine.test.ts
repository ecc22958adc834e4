import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { wholeText } from '#shared/domain/bounded-text.ts'
import type { RunId } from '#shared/ids.ts'
import { startControlServer, type ControlServer, type SeenRun } from '#test/fakes/control-server.ts'
import { dockerMissing, dockerSettings } from '#test/fakes/docker.ts'
import { startRunner } from '#test/fakes/runner.ts'
import { spawnRunner } from '#test/fakes/runner-process.ts'
import { createDockerEngine } from './sandbox/docker-engine.ts'

const missing = await dockerMissing()
const engine = createDockerEngine({
  socket: process.env['DROVER_TEST_DOCKER_SOCKET'],
  host: process.env['DOCKER_HOST'],
})
const containersOf = async (runId: string) =>
  (await engine.docker.listContainers({ all: true, filters: { label: [`dev.drover.run=${runId}`] } })).length

const imagesOf = async (runId: string) =>
  (await engine.docker.listImages({ filters: { label: [`dev.drover.run=${runId}`] } })).length
async function keepImageOf(runId: string): Promise<void> {
  const [found] = await engine.docker.listContainers({ all: true, filters: { label: [`dev.drover.run=${runId}`] } })
  await engine.docker.getContainer(found?.Id ?? '').commit({ repo: 'drover-set-up', tag: runId })
}

/** What somebody tries in a container, and what comes of it. */
const attempts: readonly [name: string, script: string, outcome: RegExp][] = [
  ['Docker’s socket is nowhere', 'find / -name "docker*.sock" 2>/dev/null | wc -l', /^0$/],
  ['nothing of the runner’s environment', 'cat /proc/*/environ 2>/dev/null | tr "\\0" "\\n" | grep -c HUSH', /^0$/],
  [
    'no capability, now or ever',
    'grep -h -E "^Cap(Eff|Prm|Bnd|Amb)" /proc/self/status | tr -d "\\t"',
    /^(Cap\w+:0{16}\n?){4}$/,
  ],
  [
    'a program of root’s gives no rights',
    'grep -h NoNewPrivs /proc/self/status; su -c id root </dev/null 2>&1',
    /NoNewPrivs:\t1\n(?!uid=0)/,
  ],
  ['calls of the system are filtered', 'grep -h "^Seccomp:" /proc/self/status', /Seccomp:\t2/],
  ['nothing can be mounted', 'mount -t tmpfs none /mnt 2>&1; mount | grep -c " /mnt "', /0$/],
  ['no namespace of its own with rights', 'unshare -Ur id -u 2>&1', /Operation not permitted|Permission denied/],
  [
    'the kernel’s settings can’t be written',
    'echo x > /proc/sys/kernel/hostname; echo b > /proc/sysrq-trigger; ls -l /nowhere',
    /(Read-only|Permission denied)/,
  ],
  ['processes of the machine are not seen', 'ls -d /proc/[0-9]* | wc -l', /^\d$/],
  [
    'only its own folders come from the machine',
    'grep -c -E " /(workspace|home/drover) " /proc/mounts; ls / | grep -c -x host',
    /^2\n0$/,
  ],
  ['devices of the machine are not there', 'ls /dev | grep -c -E "^(sd|vd|nvme|kmsg|mem)"', /^0$/],
  ['the home of others', 'cat /etc/shadow 2>&1', /Permission denied/],
  ['a volume that is to be read', 'cat /given/file; echo x > /given/file', /^of the machine\n.*Read-only file system/s],
  ['/tmp has an end', 'head -c 200m /dev/zero > /tmp/fill; rm -f /tmp/fill', /No space left on device/],
  ['/dev/shm has an end', 'head -c 200m /dev/zero > /dev/shm/fill; rm -f /dev/shm/fill', /No space left on device/],
]

describe.skipIf(missing !== undefined)(`a hostile run in Docker${missing === undefined ? '' : ` (${missing})`}`, () => {
  let server: ControlServer
  let given: string
  let runner: Awaited<ReturnType<typeof startRunner>>
  beforeAll(async () => {
    given = await mkdtemp(join(tmpdir(), 'drover-given-'))
    await chmod(given, 0o755)
    await writeFile(join(given, 'file'), 'of the machine\n')
    vi.stubEnv('HUSH', 'of the runner')
    server = await startControlServer()
    server.answerAll(({ subject }) =>
      subject.kind === 'question' ? { kind: 'option', optionId: 'stop' } : { kind: 'allow_once' },
    )
    runner = await startRunner({
      url: server.url,
      environment: {
        ...dockerSettings(),
        DROVER_DOCKER_MEMORY: '256m',
        DROVER_DOCKER_PIDS: '80',
        DROVER_RUNNER_RUN_DISK: '60m',
        DROVER_RUNNER_IDLE: '0s',
        DROVER_DOCKER_ENV: '["GIVEN=to runs","NPM_TOKEN=npm-4711-hush"]',
        DROVER_DOCKER_VOLUMES: `${given}:/given:ro`,
      },
      deps: { lookEveryMs: 500 },
    })
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    await runner.close()
    await server.close()
    await rm(given, { recursive: true })
  })

  const start = (script: string): RunId => server.start({ sandbox: 'docker', prompt: `\`\`\`sh\n${script}\n\`\`\`` })
  const output = (run: SeenRun): string =>
    [...run.entries.values()]
      .flatMap(({ body }) => (body.kind === 'tool' && body.output !== undefined ? [wholeText(body.output) ?? ''] : []))
      .join('')
  const notices = (run: SeenRun): string[] =>
    [...run.entries.values()].flatMap(({ body }) => (body.kind === 'notice' ? [body.text] : []))

  test('finds none of the ways out', async () => {
    const script = attempts.map(([, text], n) => `echo "<${n}>"; { ${text}; } 2>&1 || true`).join('\n')
    const run = await server.ended(start(`${script}\necho "<end>"; printenv GIVEN NPM_TOKEN`))
    expect(run.state).toBe('SUCCEEDED')
    const text = output(run)
    expect(text).toMatch(/<end>\nto runs\n\[secret NPM_TOKEN\]\n$/)
    const failed = attempts.flatMap(([name, , outcome], n) => {
      const said =
        text
          .split(`<${n}>\n`)[1]
          ?.split(/<(?:\d+|end)>/)[0]
          ?.trim() ?? ''
      return outcome.test(said) ? [] : [`${name}: ${said}`]
    })
    expect(failed).toEqual([])
  })

  test('a fork bomb stays in its container, and the run says what held it', async () => {
    // Bash would try each fork again for half a minute.
    const run = await server.ended(start(`exec dash -c 'for n in $(seq 200); do sleep 600 >/dev/null 2>&1 & done'`))
    const told = [...notices(run), run.reason?.text ?? ''].join('\n')
    expect(told).toContain('The container reached its limit of 80 processes, so more of them could not be started.')
    expect((await server.ended(start('echo the next one'))).state).toBe('SUCCEEDED')
    await server.until(() => runner.activeRuns().length === 0, 'it is over')
  })

  test('what eats memory is ended by the kernel, and the run says so', async () => {
    const run = await server.ended(start('head -c 600m /dev/zero | tail | wc -c; true'))
    expect(notices(run)).toContain('A process was ended because the container reached its memory limit of 256 MiB.')
  })

  test('what fills the workspace is stopped, and the run says so', async () => {
    const run = await server.ended(start('head -c 100m /dev/zero > big; sleep 600'))
    expect(run).toMatchObject({ state: 'ERROR', reason: { code: 'sandbox_failed', retryable: false } })
    expect(run.reason?.text).toMatch(/^The run took \d+ MB of the runner’s disk, and 63 MB is the most/)
  })

  test('what a runner that was killed leaves is removed by its next start, and nothing of another runner', async () => {
    const other = await startControlServer()
    other.answerAll(() => ({ kind: 'allow_once' }))
    const folder = await mkdtemp(join(tmpdir(), 'drover-orphans-'))
    const killed = spawnRunner({ url: other.url, folder, environment: dockerSettings() })
    const prompt = '```sh\necho at work; sleep 600\n```'
    const left = other.start({ sandbox: 'docker', prompt })
    await other.until(() => output(other.run(left)).includes('at work'), 'it is at work', 60_000)
    const others = start('echo at work; sleep 600')
    await server.until(() => output(server.run(others)).includes('at work'), 'the other is at work')
    await killed.end('SIGKILL')
    // Its journals are lost too: only the label says whose the container is.
    await rm(join(folder, 'runs'), { recursive: true })
    expect(await containersOf(left)).toBe(1)
    // As a set-up leaves one whose runner died before it was noted.
    await keepImageOf(left)
    await keepImageOf(others)
    expect(await imagesOf(left)).toBe(1)
    const next = await startRunner({ url: other.url, folder, environment: dockerSettings() })
    expect(await containersOf(left)).toBe(0)
    expect(await imagesOf(left)).toBe(0)
    expect(await containersOf(others)).toBe(1)
    expect(await imagesOf(others)).toBe(1)
    await engine.docker.getImage(`drover-set-up:${others}`).remove()
    await next.close()
    await other.close()
    await rm(folder, { recursive: true })
  })
})
