import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDockerEngine, type DockerPlace } from './docker-engine.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-engine-'))
})
afterEach(() => rm(folder, { recursive: true }))

const open = (place: Partial<DockerPlace>) =>
  createDockerEngine({ socket: undefined, host: undefined, configFolder: folder, ...place })

test('a context of Docker’s own tools is followed, unless an address is given', async () => {
  const meta = join(folder, 'contexts/meta', createHash('sha256').update('far').digest('hex'))
  await mkdir(meta, { recursive: true })
  const text = JSON.stringify({ Name: 'far', Endpoints: { docker: { Host: 'unix:///far/docker.sock' } } })
  await writeFile(join(meta, 'meta.json'), text)
  expect(open({ context: 'far' }).address).toBe('/far/docker.sock')
  expect(open({ context: 'far', host: 'unix:///near.sock' }).address).toBe('/near.sock')
  expect(await open({ context: 'far' }).problem()).toContain('there is no socket at /far/docker.sock')
  expect(await open({ context: 'nowhere' }).problem()).toBe(
    'Docker has no context “nowhere” with an engine (DOCKER_CONTEXT).',
  )
})

test.each(['ssh://me@far', 'npipe:////./pipe/docker_engine', 'nonsense'])(
  '%s is told, and holds nothing else up',
  async (host) => {
    expect(await open({ host }).problem()).toBe(
      `Docker at ${host} can't be used: an address of the form unix:///path or tcp://host:port is expected.`,
    )
  },
)

test('TLS needs its three files, and says which is not there', async () => {
  const place = { host: 'tcp://127.0.0.1:1', tls: { certificates: folder } }
  expect(await open(place).problem()).toMatch(/certificates for Docker can't be read: ENOENT.*ca\.pem/)
  for (const file of ['ca.pem', 'cert.pem']) await writeFile(join(folder, file), '')
  expect(await open(place).problem()).toContain('key.pem')
  expect(await open({ host: 'tcp://127.0.0.1:1' }).problem()).toContain('nothing listens at tcp://127.0.0.1:1')
  expect(await open(place).rootFolder()).toBeUndefined()
})
