import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EnvironmentOptions, lookAfterEnvironments } from '#agent-runner/person/environments.ts'
import { lookAfterSecrets, SecretOptions } from '#agent-runner/person/secrets.ts'
import { openServer, signIn, type DroverServer } from '#agent-runner/person/server.ts'
import { NewPersonalKey } from '#shared/domain/personal-key.ts'
import { sourceRoot } from '../fakes/runner.ts'
import { connectScriptedRunner } from '../fakes/scripted-runner.ts'
import { newRun, openPusher } from './people.ts'
import { openWorld, type Person, type World } from '../world.ts'

/** What the command line does for a person who has signed it in, over the real server. */
let world: World
let mara: Person
let folder: string
let server: DroverServer
beforeAll(async () => {
  world = await openWorld()
  mara = await world.owner()
  folder = await mkdtemp(join(tmpdir(), 'drover-person-'))
  const link = (await (await mara.fetch('/api/v1/pairing', { method: 'POST' })).json()) as { url: string }
  const session = join(folder, 'session.json')
  await signIn(link.url.replace(/^https?:\/\/[^/]+/, world.url), session)
  server = await openServer(session, undefined)
})
afterAll(async () => {
  await world.close()
  await rm(folder, { recursive: true, force: true })
})

const secrets = (options: object, value = ''): Promise<string> =>
  lookAfterSecrets({ server, readValue: async () => value }, SecretOptions.parse(options))
const environments = (options: object): Promise<string> =>
  lookAfterEnvironments(server, EnvironmentOptions.parse(options))

test('a secret is made, given a new value, reaches a run, and is deleted; no value is printed', async () => {
  expect(await secrets({ do: 'list' })).toBe('No secrets yet.')
  expect(await secrets({ do: 'set', name: 'TOKEN', description: 'Of the shop' }, 'first\n')).toBe(
    'TOKEN is kept of the team. Nobody can read it again.',
  )
  expect(await secrets({ do: 'set', name: 'TOKEN', own: true }, 'mine')).toContain('of your own')
  expect(await secrets({ do: 'set', name: 'TOKEN' }, 'second')).toBe('TOKEN has a new value.')
  expect(await secrets({ do: 'list' })).toBe(['TOKEN  text  team  Of the shop', 'TOKEN  text  own'].join('\n'))
  expect(await secrets({ do: 'delete', name: 'TOKEN', own: true })).toBe('TOKEN is deleted.')

  const runner = await connectScriptedRunner({ url: world.url, key: await world.runnerKey() })
  const run = newRun()
  await openPusher(mara).push(['createRun', run])
  const { assignment } = await runner.next('assign')
  runner.close()
  expect(assignment.secrets).toMatchObject([{ name: 'TOKEN', value: 'second' }])
  expect(await secrets({ do: 'delete', name: 'TOKEN' })).toBe('TOKEN is deleted.')
})

test('a value that can’t be one is refused before anything is sent', async () => {
  await expect(secrets({ do: 'set', name: 'KEY', kind: 'anthropic_key' }, 'nothing')).rejects.toThrow('sk-ant-')
  await expect(secrets({ do: 'set', name: 'KEY' }, '')).rejects.toThrow('There is no value.')
  await expect(secrets({ do: 'delete', name: 'KEY' })).rejects.toThrow('There is no secret KEY of the team.')
  expect(await secrets({ do: 'list' })).toBe('No secrets yet.')
})

test('an environment is a file: made, shown, changed by what the file says, deleted', async () => {
  const file = join(folder, 'shop.yaml')
  const lines = ['name: Shop', 'docker_image: node:24', 'repositories:', '  - url: https://git.example.test/shop.git']
  await writeFile(file, [...lines, 'setup_commands:', '  - command: npm ci'].join('\n'))
  expect(await environments({ do: 'apply', file })).toBe('Shop is made.')
  const shown = await environments({ do: 'show', name: 'Shop' })
  expect(shown).toContain('docker_image: node:24')
  await writeFile(file, shown)
  expect(await environments({ do: 'apply', file })).toBe('Shop is as it was.')
  await writeFile(file, shown.replace('docker_image: node:24\n', ''))
  expect(await environments({ do: 'apply', file })).toMatch(/^Shop has revision \d+\.$/)
  expect(await environments({ do: 'show', name: 'Shop' })).not.toContain('docker_image')
  const repository = 'repositories:\n  - url: https://git.example.test/shop.git\n    baseBranch: '
  const more = (pattern: string, base: string) =>
    writeFile(file, `name: Shop\nbranch_pattern: "${pattern}"\n${repository}${base}\n`)
  await more('agents/', 'next')
  expect(await environments({ do: 'apply', file })).toMatch(/^Shop has revision \d+\.$/)
  const branched = await environments({ do: 'show', name: 'Shop' })
  expect(branched).toContain('branch_pattern: agents/')
  expect(branched).toContain('baseBranch: next')
  await more('{title}', 'next')
  await expect(environments({ do: 'apply', file })).rejects.toThrow(
    'branch_pattern: A run’s branch is called by a prefix',
  )
  await more('agents/', 'a..b')
  await expect(environments({ do: 'apply', file })).rejects.toThrow(
    'repositories: Git does not take this as a base branch',
  )
  await writeFile(file, `name: Shop\n${repository}next\n`)
  expect(await environments({ do: 'apply', file })).toMatch(/^Shop has revision \d+\.$/)
  expect(await environments({ do: 'show', name: 'Shop' })).not.toContain('branch_pattern')
  expect(await environments({ do: 'list' })).toMatch(/^Shop {2}\(revision \d+\)$/)
  await writeFile(file, 'name: [')
  await expect(environments({ do: 'apply', file })).rejects.toThrow('shop.yaml: ')
  expect(await environments({ do: 'delete', name: 'Shop' })).toBe('Shop is deleted.')
  await expect(environments({ do: 'show', name: 'Shop' })).rejects.toThrow('There is no environment “Shop”.')
})

test('a program signs in with an API key of its person, and is told what is wrong with one', async () => {
  const made = await mara.fetch('/api/v1/me/keys', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'A script' }),
  })
  const { key, id } = NewPersonalKey.parse(await made.json())
  const nobody = join(folder, 'nobody.json')
  const byKey = await openServer(nobody, `${world.url}/`, key)
  const set = SecretOptions.parse({ do: 'set', name: 'BY_KEY', own: true })
  expect(await lookAfterSecrets({ server: byKey, readValue: async () => 'a value' }, set)).toContain('of your own')
  expect(await lookAfterEnvironments(byKey, EnvironmentOptions.parse({ do: 'list' }))).not.toBe('')
  const { stdout } = await promisify(execFile)(process.execPath, [join(sourceRoot, 'cli/main.ts'), 'secrets', 'list'], {
    env: { PATH: process.env['PATH'], XDG_CONFIG_HOME: folder, DROVER_URL: world.url, DROVER_API_KEY: key },
  })
  expect(stdout).toBe('BY_KEY  text  own\n')
  await expect(openServer(nobody, undefined, key)).rejects.toThrow('needs the address of the server in DROVER_URL')
  await expect(openServer(nobody, world.url, 'drp_half')).rejects.toThrow('is not whole')
  await expect(openServer(nobody, world.url, 'drv_of-a-runner')).rejects.toThrow('An agent key (drv_) is for runners')
  expect((await mara.fetch(`/api/v1/me/keys/${id}`, { method: 'DELETE' })).status).toBe(200)
  await expect(byKey.get('/api/v1/secrets')).rejects.toThrow('it was revoked')
})
