import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pullFailure } from './pull-failure.ts'
import { createRegistryLogins, registryOf } from './registry-logins.ts'

test.each([
  ['ubuntu', 'docker.io'],
  ['ubuntu:24.04', 'docker.io'],
  ['team/tool', 'docker.io'],
  ['index.docker.io/team/tool', 'docker.io'],
  ['localhost/tool', 'localhost'],
  ['localhost:5000/tool:1', 'localhost:5000'],
  ['ghcr.io/team/tool@sha256:00', 'ghcr.io'],
  ['registry.example.com:8443/a/b/c:d', 'registry.example.com:8443'],
])('%s is fetched from %s', (image, registry) => {
  expect(registryOf(image)).toBe(registry)
})

test('credentials stand in the file under any of the names that Docker gives a registry', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'drover-logins-'))
  const logins = createRegistryLogins({ folder, env: {} })
  expect(await logins.of('ghcr.io')).toEqual({})
  const auth = Buffer.from('me:a:b').toString('base64')
  const config = {
    auths: {
      'https://index.docker.io/v1/': { auth },
      'https://registry.example.com/v2/': { username: 'u', password: 'p' },
      'ghcr.io': { identitytoken: 't' },
      'empty.example.com': {},
    },
  }
  await writeFile(join(folder, 'config.json'), JSON.stringify(config))
  const hub = { serveraddress: 'https://index.docker.io/v1/', username: 'me', password: 'a:b' }
  expect(await logins.of('docker.io')).toEqual({ login: hub })
  expect(await logins.of('registry.example.com')).toMatchObject({ login: { username: 'u', password: 'p' } })
  expect(await logins.of('ghcr.io')).toEqual({ login: { serveraddress: 'ghcr.io', identitytoken: 't' } })
  expect(await logins.of('empty.example.com')).toEqual({})
  expect(Object.keys(await logins.all())).toEqual(['https://index.docker.io/v1/', 'registry.example.com', 'ghcr.io'])
  await writeFile(join(folder, 'config.json'), '{')
  expect((await logins.of('ghcr.io')).problem).toContain("config.json can't be understood")
  await rm(folder, { recursive: true })
})

test.each([
  ['Get "https://r/v2/": dial tcp: lookup r: no such host', "r can't be reached from Docker"],
  ['manifest for r/x:1 not found: manifest unknown', 'r has no such image or tag'],
  ['pull access denied for x, repository does not exist', 'Sign in there as the runner'],
  ['write /var/lib/docker/tmp: no space left on device', 'the disk of Docker is full'],
  ['something else.', 'could not be fetched: something else.'],
])('%s', (message, sentence) => {
  expect(
    pullFailure({ isHere: false, image: 'r/x:1', registry: 'r', message, user: undefined, problem: undefined }),
  ).toContain(sentence)
})
