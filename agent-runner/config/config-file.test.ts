import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkSettings } from '../check-settings.ts'
import { readConfig } from '../config.ts'
import { parseConfigFile } from './config-file.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-config-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function read(text: string, environment: Record<string, string> = {}) {
  const file = join(folder, 'runner.yaml')
  await writeFile(file, text)
  return readConfig({ DROVER_API_KEY: 'k', DROVER_RUNNER_CONFIG: file, ...environment })
}

const dockerFile = `
worker_id: "my-worker"
cleanup: false
max_concurrent_tasks: 4
idle_on_complete: "10m"
log_level: "debug"
backend:
  docker:
    volumes:
      - "/data:/data:ro"
      - "/cache:/cache"
    environment:
      - name: NPM_TOKEN
        value: "your_token"
      - name: GITHUB_TOKEN # inherits from host environment
      - name: NOT_SET
`

test('a file for the workers of others is read as it is meant', async () => {
  const config = await read(dockerFile, { GITHUB_TOKEN: 'gh' })
  expect(config).toMatchObject({
    ok: true,
    value: {
      hostName: 'my-worker',
      cleanUp: false,
      capacity: 4,
      idleMs: 600_000,
      logLevel: 'debug',
      backends: ['docker'],
      docker: {
        volumes: [
          { kind: 'folder', source: '/data', target: '/data', readOnly: true },
          { kind: 'folder', source: '/cache', target: '/cache', readOnly: false },
        ],
      },
    },
  })
  expect(config.ok && config.value.docker.env).toEqual({ NPM_TOKEN: 'your_token', GITHUB_TOKEN: 'gh' })
  const direct = await read(
    'backend:\n  direct:\n    workspace_root: /var/lib/work\n    setup_command: /opt/setup.sh\n    teardown_command: /opt/down.sh\n    environment:\n      - name: MY_VAR\n        value: "hello"\n',
  )
  expect(direct).toMatchObject({
    ok: true,
    value: {
      backends: ['direct'],
      workspaces: '/var/lib/work',
      direct: { setUp: '/opt/setup.sh', tearDown: '/opt/down.sh', env: { MY_VAR: 'hello' } },
    },
  })
})

test('the environment, where flags stand too, goes before the file, also in another unit', async () => {
  const file = 'idle_on_complete: 45m\nmax_concurrent_tasks: 0\nbackend:\n  docker:\n    memory: 8g\n'
  expect(await read(file)).toMatchObject({
    value: { idleMs: 2_700_000, capacity: 1000, docker: { memoryBytes: 8 * 1024 ** 3 } },
  })
  const over = { DROVER_RUNNER_IDLE_MS: '5', DROVER_RUNNER_CAPACITY: '2', DROVER_DOCKER_MEMORY_MB: '100' }
  expect(await read(file, over)).toMatchObject({
    value: { idleMs: 5, capacity: 2, docker: { memoryBytes: 100 * 1024 ** 2 } },
  })
})

test.each([
  ['worker: a', 'line 1: “worker” is not known in this file. Allowed: api_key_file, backend, cleanup,'],
  [
    '\nbackend:\n  docker:\n    memroy: 4g',
    'line 4: “memroy” is not known in backend.docker. Allowed: allow_unsafe_volumes, cpus, disk,',
  ],
  ['backend:\n  kubernetes:\n    namespace: x', 'line 2: backend.kubernetes can’t be used'.replace('’', "'")],
  ['backend:\n  direct:\n    oz_path: /x', "line 3: backend.direct.oz_path can't be used. Agents are fetched"],
  ['api_key: drv_x', "line 1: api_key can't be used. A key does not belong into this file."],
  ['backend: docker', 'line 1: backend has keys of its own: direct, docker.'],
  ['backend:', 'line 1: backend names none. It may be docker or direct.'],
  ['a: 1\na: 2', 'line 2: this is no YAML: Map keys must be unique'],
  ['- a', 'line 1: keys with values are expected'],
  ['cleanup: maybe', 'line 1: cleanup is true or false.'],
  ['backend:\n  docker:\n    volumes: /a:/b', 'line 3: backend.docker.volumes has to be a list, each line'],
  [
    'backend:\n  docker:\n    environment:\n      A: b',
    'line 3: backend.docker.environment has to be a list of “- name',
  ],
])('%j: one sentence with the line and what is allowed', (text, sentence) => {
  const parsed = parseConfigFile(text)
  expect(parsed.ok ? '' : parsed.error).toContain(sentence)
})

test('a value that is none is told with its line, its key and what would be one', async () => {
  const config = await read('name: x\nbackend:\n  docker:\n    memory: lots\n')
  expect(config.ok ? '' : config.error).toBe(
    `${folder}/runner.yaml, line 4: DROVER_DOCKER_MEMORY (--memory, backend.docker.memory) is not valid: a size such as 512m or 4g is expected, 6m at the least. Memory limit of a container, such as 4g. Default 4g.`,
  )
  const fromFlag = await read('', { DROVER_DOCKER_PULL: 'sometimes' })
  expect(fromFlag.ok ? '' : fromFlag.error).toMatch(
    /^DROVER_DOCKER_PULL \(--pull, backend\.docker\.pull_policy\) is not valid: .*"always"\|"missing"\|"never"/,
  )
  const away = readConfig({ DROVER_API_KEY: 'k', DROVER_RUNNER_CONFIG: join(folder, 'none.yaml') })
  expect(away.ok ? '' : away.error).toContain("none.yaml can't be read: ENOENT")
})

describe('what a run must not have', () => {
  test.each([
    '/var/run/docker.sock:/var/run/docker.sock',
    '/var/run:/host-run:ro',
    '/:/host',
    '/srv/runner/runs:/runs',
    '/srv:/srv',
  ])('%s is refused unless somebody means it', async (volume) => {
    const environment = { DROVER_RUNNER_DIR: '/srv/runner', DROVER_DOCKER_VOLUMES: volume }
    const config = await read('', environment)
    expect(config.ok ? '' : config.error).toMatch(/would give runs .*say --allow-unsafe-volumes where this is meant/)
    expect((await read('', { ...environment, DROVER_DOCKER_UNSAFE_VOLUMES: '1' })).ok).toBe(true)
  })

  test.each([
    ['relative/path:/x', 'neither an absolute path nor the name of a volume'],
    ['cache:x', 'has to be an absolute path of the container'],
    ['/a:/workspace/b', "Drover's or the system's own"],
    ['/a:/b:rx', 'neither ro nor rw'],
    ['/a', 'is no volume'],
  ])('%s is no volume', async (volume, sentence) => {
    const config = await read('', { DROVER_DOCKER_VOLUMES: volume })
    expect(config.ok ? '' : config.error).toContain(sentence)
  })

  test('neither the runner’s key nor what Drover sets itself', async () => {
    const config = await read('', { DROVER_RUNNER_ENV: '["DROVER_API_KEY"]' })
    expect(config.ok ? '' : config.error).toContain('DROVER_API_KEY is set by Drover itself')
  })
})

test('a check tells every given setting and where it stands, and no secret', async () => {
  const file = join(folder, 'runner.yaml')
  await writeFile(
    file,
    'name: box\nbackend:\n  direct:\n    environment:\n      - name: A_TOKEN\n        value: hush\n',
  )
  const environment = {
    DROVER_API_KEY: 'drv_hush',
    DROVER_RUNNER_CONFIG: file,
    DROVER_URL: 'https://me:hush@x.example',
  }
  const { ok, text } = await checkSettings(environment)
  expect(ok).toBe(true)
  expect(text).toContain(`DROVER_RUNNER_NAME = box  (${file}, line 1)`)
  expect(text).toContain('DROVER_DIRECT_ENV = A_TOKEN=(hidden)')
  expect(text).toContain('Sandboxes: direct.')
  expect(text).not.toContain('hush')
  expect(await checkSettings({ ...environment, DROVER_RUNNER_CAPACITY: '-1' })).toMatchObject({ ok: false })
})
