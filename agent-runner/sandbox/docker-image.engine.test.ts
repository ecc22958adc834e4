import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { SecretName } from '#shared/domain/secret.ts'
import { dockerMissing } from '#test/fakes/docker.ts'
import { startRegistry, type FakeRegistry } from '#test/fakes/registry.ts'
import type { PullPolicy } from '#shared/domain/environment.ts'
import { createDockerEngine } from './docker-engine.ts'
import { createImages, imageId } from './docker-image.ts'
import { createRegistryLogins, loginsOf } from './registry-logins.ts'

const missing = await dockerMissing()
const engine = createDockerEngine({
  socket: process.env['DROVER_TEST_DOCKER_SOCKET'],
  host: process.env['DOCKER_HOST'],
})

describe.skipIf(missing !== undefined)(`a private registry${missing === undefined ? '' : ` (${missing})`}`, () => {
  let folder: string
  let registry: FakeRegistry
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drover-registry-'))
    await writeFile(join(folder, 'hello'), 'x'.repeat(200_000))
    registry = await startRegistry(folder, { user: 'ada', password: 'open sesame' })
  })
  afterAll(async () => {
    await registry.close()
    await rm(folder, { recursive: true })
  })
  beforeEach(async () => {
    await engine.docker
      .getImage(registry.image)
      .remove()
      .catch(() => {})
    await rm(join(folder, 'config.json'), { force: true })
  })

  const auth = (password: string): string => Buffer.from(`ada:${password}`).toString('base64')
  const signIn = (config: object) => writeFile(join(folder, 'config.json'), JSON.stringify(config))
  const secretOf = (token: string | undefined) =>
    loginsOf(
      token === undefined
        ? []
        : [
            {
              name: SecretName.parse('REGISTRY'),
              kind: 'registry_login',
              value: JSON.stringify({ host: registry.host, username: 'ada', token }),
            },
          ],
    )
  async function fetchIt(image = registry.image, pull: PullPolicy = 'missing', token?: string, own?: PullPolicy) {
    const fetched: string[] = []
    const logins = createRegistryLogins({ folder, env: { PATH: `${folder}:${process.env['PATH'] ?? ''}` } })
    const images = createImages({
      engine,
      limits: { pull },
      logins,
      onFetched: (one) => void fetched.push(one),
    })
    let said = ''
    const write = (text: string): void => {
      said += text
    }
    const code = await images.fetch(image, {
      write,
      signal: new AbortController().signal,
      now: () => 0,
      logins: secretOf(token),
      pullPolicy: own,
    })
    return { code, said, fetched, id: await imageId(engine, image) }
  }

  test('an image comes with the credentials of this machine, layer by layer, and says its digest', async () => {
    await signIn({ auths: { [registry.host]: { auth: auth('open sesame') } } })
    const { code, said, fetched, id } = await fetchIt()
    expect(code).toBe(0)
    expect(id).toMatch(/^sha256:/)
    expect(said).toMatch(/[0-9a-f]{12}: Pull complete\n/)
    expect(said).toMatch(/Digest: sha256:[0-9a-f]{64}\n/)
    expect(fetched).toEqual([registry.image])
    expect(registry.asked).toContain('/token as ada')
  })

  test('a secret of the run goes before the credentials of the machine', async () => {
    await signIn({ auths: { [registry.host]: { auth: auth('wrong') } } })
    expect(await fetchIt(registry.image, 'missing', 'open sesame')).toMatchObject({ code: 0 })
    await engine.docker.getImage(registry.image).remove()
    const { said } = await fetchIt(registry.image, 'missing', 'closed')
    expect(said).toContain('The secret REGISTRY (ada) does not do there.')
  })

  test('a program that keeps credentials is asked as Docker asks it', async () => {
    const program = join(folder, 'docker-credential-fake')
    await writeFile(
      program,
      '#!/bin/sh\nread server\necho "{\\"ServerURL\\":\\"$server\\",\\"Username\\":\\"ada\\",\\"Secret\\":\\"open sesame\\"}"\n',
    )
    await chmod(program, 0o755)
    await signIn({ credHelpers: { [registry.host]: 'fake' } })
    expect(await fetchIt()).toMatchObject({ code: 0, fetched: [registry.image] })
    await rm(program)
    await engine.docker.getImage(registry.image).remove()
    const { code, said } = await fetchIt()
    expect(code).toBe(1)
    expect(said).toContain('docker-credential-fake could not be asked for credentials: it is not on the PATH.')
  })

  test('a refusal says who was refused, and what to do', async () => {
    const none = await fetchIt()
    expect(none).toMatchObject({ code: 1, id: undefined, fetched: [] })
    expect(none.said).toContain(`The image ${registry.image} is not on this machine and could not be fetched`)
    expect(none.said).toContain(`This runner has no credentials for ${registry.host}.`)
    expect(none.said).toContain(`docker login ${registry.host}`)
    await signIn({ auths: { [registry.host]: { auth: auth('wrong') } } })
    const wrong = await fetchIt()
    expect(wrong.said).toContain(`The credentials that this runner has for ${registry.host} (ada) do not do.`)
    expect(wrong.said).not.toContain('wrong')
  })

  test('an image that the registry does not have, and a runner that fetches none', async () => {
    await signIn({ auths: { [registry.host]: { auth: auth('open sesame') } } })
    const gone = await fetchIt(`${registry.host}/team/tool:2`)
    expect(gone.said).toContain('has no such image or tag')
    const asked = registry.asked.length
    const never = await fetchIt(registry.image, 'never')
    expect(never).toMatchObject({ code: 1, id: undefined })
    expect(never.said).toContain('this runner fetches none (DROVER_DOCKER_PULL=never)')
    expect(registry.asked).toHaveLength(asked)
  })

  test('an environment may fetch none where the runner would; a runner that fetches none does so for no environment', async () => {
    await signIn({ auths: { [registry.host]: { auth: auth('open sesame') } } })
    const asked = registry.asked.length
    const own = await fetchIt(registry.image, 'always', undefined, 'never')
    expect(own).toMatchObject({ code: 1, id: undefined })
    expect(own.said).toContain('its environment says that it is never fetched')
    const runners = await fetchIt(registry.image, 'never', undefined, 'always')
    expect(runners.said).toContain('this runner fetches none (DROVER_DOCKER_PULL=never)')
    expect(registry.asked).toHaveLength(asked)
    expect(await fetchIt(registry.image, 'always', undefined, 'missing')).toMatchObject({ code: 0 })
  })
})
