import { describe, expect, test } from 'vitest'
import { checkEnvironment } from './environment-check.ts'
import { changedFields, folderOf, type EnvironmentSpec } from './environment.ts'

const plain = { name: 'Billing', repositories: [], setupCommands: [], variables: [] }
const repository = (url: string, more: object = {}) => ({ url, ...more })

describe('an environment is checked in sentences', () => {
  test.each<[string, object, string, number | undefined, RegExp]>([
    ['no name', { name: '   ' }, 'name', undefined, /Give a name/],
    ['a long description', { description: 'x'.repeat(241) }, 'description', undefined, /at most 240/],
    ['an image with a blank', { image: 'node 24' }, 'image', undefined, /such as node:24/],
    [
      'an image that is both named and built',
      { image: 'a', dockerfile: { repository: 0, path: 'Dockerfile' }, repositories: [repository('a')] },
      'dockerfile',
      undefined,
      /not both/,
    ],
    [
      'a Dockerfile of no repository',
      { dockerfile: { repository: 0, path: 'a' } },
      'dockerfile',
      undefined,
      /below a repo/,
    ],
    [
      'a Dockerfile elsewhere',
      { dockerfile: { repository: 0, path: 'a/../../b' }, repositories: [repository('a')] },
      'dockerfile',
      undefined,
      /below a repo/,
    ],
    ['an address like an option', { repositories: [repository('--upload-pack=x')] }, 'repositories', 0, /address/],
    [
      'a password in an address',
      { repositories: [repository('https://me:secret@example.com/a.git')] },
      'repositories',
      0,
      /Add it as a secret/,
    ],
    ['a branch with blanks', { repositories: [repository('a', { branch: 'a b' })] }, 'repositories', 0, /as a branch/],
    [
      'a base branch like an option',
      { repositories: [repository('a', { baseBranch: '--x' })] },
      'repositories',
      0,
      /as a base branch/,
    ],
    ['branches without an id', { branchPattern: '{title}' }, 'branchPattern', undefined, /with \{id\} in it/],
    ['a folder that leads out', { repositories: [repository('a', { folder: '..' })] }, 'repositories', 0, /folder/],
    [
      'two in one folder',
      { repositories: [repository('https://a.test/x/lib.git'), repository('https://b.test/y/Lib')] },
      'repositories',
      1,
      /the folder lib/,
    ],
    ['an empty command', { setupCommands: [{ command: '  ' }] }, 'setupCommands', 0, /1 to 4,000/],
    ['no minutes', { setupCommands: [{ command: 'true', minutes: 0 }] }, 'setupCommands', 0, /minutes from 1 to 240/],
    ['a name of ours', { variables: [{ name: 'DROVER_X', value: '' }] }, 'variables', 0, /DROVER_/],
    [
      'a variable twice',
      {
        variables: [
          { name: 'A', value: '1' },
          { name: 'A', value: '2' },
        ],
      },
      'variables',
      1,
      /twice/,
    ],
    ['a variable like a secret', { variables: [{ name: 'A', value: '' }], secrets: ['A'] }, 'variables', 0, /secret/],
    ['no host', { egress: { kind: 'hosts', hosts: ['http://x/'] } }, 'egress', undefined, /hosts such as/],
    ['a wall without a container', { sandbox: 'direct', egress: { kind: 'none' } }, 'egress', undefined, /container/],
    ['too little memory', { resources: { memoryMb: 1 } }, 'resources', undefined, /128 MB/],
    [
      'too much of everything',
      { setupCommands: Array.from({ length: 9 }, () => ({ command: 'x'.repeat(3990) })) },
      'setupCommands',
      undefined,
      /32,000 is the most/,
    ],
  ])('%s', (_name, change, field, index, text) => {
    const found = checkEnvironment({ ...plain, ...change })
    expect(found.ok).toBe(false)
    expect(!found.ok && found.error[0]).toMatchObject({ field, text: expect.stringMatching(text) })
    expect(!found.ok && found.error[0]?.index).toBe(index)
  })

  test('every row that is wrong is told', () => {
    const found = checkEnvironment({ ...plain, setupCommands: [{ command: '' }, { command: 'a' }, { command: '' }] })
    expect(!found.ok && found.error.map(({ index }) => index)).toEqual([0, 2])
  })

  test('what is right is taken', () => {
    expect(checkEnvironment({ ...plain, image: 'ghcr.io/a/b@sha256:abc', sandbox: 'docker' }).ok).toBe(true)
  })
})

test.each([
  ['https://git.example.test/team/service.git', 'service'],
  ['git@github.com:team/lib.git', 'lib'],
  ['/home/me/work/', 'work'],
  ['https://x.test/.git', 'repository'],
])('%s lies in %s', (url, folder) => {
  expect(folderOf({ url })).toBe(folder)
})

test('a change names its fields', () => {
  const before: EnvironmentSpec = { ...plain, image: 'node:24' }
  const { image: _image, ...after } = { ...before, name: 'Other' }
  expect(changedFields(before, after)).toEqual(['name', 'image'])
})
