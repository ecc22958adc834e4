import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import type { EnvironmentProposal } from '#shared/domain/environment-proposal.ts'
import { EnvironmentOptions, lookAfterEnvironments } from './environments.ts'
import type { DroverServer } from './server.ts'

const proposal: EnvironmentProposal = {
  image: { name: 'node:24-bookworm', why: 'package.json wants Node 24' },
  commands: [{ command: 'npm ci', minutes: 10, why: 'package-lock.json\nis there' }],
  variables: [{ name: 'CI', value: '1', why: 'tests look at it' }],
  found: [{ file: 'package.json', text: 'Node' }],
  unmapped: [{ file: '.devcontainer/devcontainer.json', text: 'ports' }],
  dockerfiles: [{ repository: 'https://git.example.test/shop.git', file: 'Dockerfile' }],
}

test('what a machine proposes is a file that can be applied, with its reasons beside it', async () => {
  const asked: unknown[] = []
  const server: Pick<DroverServer, 'post'> = {
    post: async (path, body) => {
      asked.push([path, body])
      return proposal
    },
  }
  const options = EnvironmentOptions.parse({ do: 'propose', repositories: ['https://git.example.test/shop.git'] })
  const text = await lookAfterEnvironments(server as DroverServer, options)
  expect(asked).toEqual([
    ['/api/v1/environments/inspect', { repositories: [{ url: 'https://git.example.test/shop.git' }] }],
  ])
  expect(text).toContain('# npm ci: package-lock.json is there\n')
  expect(text).toContain('# Has no counterpart here: .devcontainer/devcontainer.json: ports\n')
  expect(parse(text)).toEqual({
    name: 'shop',
    docker_image: 'node:24-bookworm',
    repositories: [{ url: 'https://git.example.test/shop.git' }],
    setup_commands: [{ command: 'npm ci', minutes: 10 }],
    variables: [{ name: 'CI', value: '1' }],
  })
})

test('a file that is applied takes away whatever it does not name', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'drover-environment-'))
  const file = join(folder, 'shop.yaml')
  await writeFile(file, 'name: Shop\ndocker_image: node:24\nimage_pull_policy: always\n')
  const sent: unknown[] = []
  const shown = (revision: number): object => ({
    ...{ uid: '01a21c6a-4928-7850-a50a-00027717ef30', revision, last_updated: '2026-01-01T00:00:00.000Z' },
    config: { name: 'Shop', repositories: [] },
  })
  const server: Pick<DroverServer, 'get' | 'patch'> = {
    get: async () => ({ environments: [shown(1)] }),
    patch: async (_path, body) => {
      sent.push(body)
      return shown(2)
    },
  }
  try {
    const said = await lookAfterEnvironments(server as DroverServer, EnvironmentOptions.parse({ do: 'apply', file }))
    expect(said).toBe('Shop has revision 2.')
    expect(sent).toEqual([
      {
        ...{ name: 'Shop', docker_image: 'node:24', image_pull_policy: 'always' },
        ...{ description: null, dockerfile: null, branch_pattern: null, secrets: null, egress: null },
        ...{ resources: null, sandbox: null },
      },
    ])
  } finally {
    await rm(folder, { recursive: true })
  }
})
