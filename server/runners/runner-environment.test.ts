import { expect, test } from 'vitest'
import { readConfig, settings } from '#agent-runner/config.ts'
import { runnerEnvironment } from './runner-environment.ts'

/** What the server says itself, for each start. */
const given = new Set(['DROVER_URL', 'DROVER_API_KEY', 'DROVER_API_KEY_FILE'])

test('every setting of a runner reaches it', () => {
  const names = settings.map((setting) => setting.name).filter((name) => !given.has(name))
  const environment = Object.fromEntries(names.map((name) => [name, '1']))
  expect(Object.keys(runnerEnvironment(environment)).toSorted()).toEqual(names.toSorted())
})

test('what the runner passes on to git, ssh and npm reaches it', () => {
  const environment: Record<string, string> = { DROVER_API_KEY: 'k' }
  for (const name of ['PATH', 'HOME', 'SSH_AUTH_SOCK', 'GIT_SSH_COMMAND', 'HTTPS_PROXY', 'no_proxy', 'SSL_CERT_FILE']) {
    environment[name] = 'value'
  }
  const direct = readConfig(environment)
  const through = readConfig({ ...runnerEnvironment(environment), DROVER_API_KEY: 'k' })
  expect(direct.ok && direct.value.hostEnv).toEqual(through.ok && through.value.hostEnv)
  expect(through.ok && through.value.hostEnv['SSH_AUTH_SOCK']).toBe('value')
})

test.each([
  'DATABASE_URL',
  'DROVER_DATA_DIR',
  'BETTER_AUTH_SECRET',
  'AWS_SECRET_ACCESS_KEY',
  'PGPASSWORD',
  'NODE_OPTIONS',
])('%s stays with the server', (name) => {
  expect(runnerEnvironment({ [name]: 'secret', PATH: '/bin' })).toEqual({ PATH: '/bin' })
})
