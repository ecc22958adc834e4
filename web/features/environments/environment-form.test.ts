import { expect, test } from 'vitest'
import type { EnvironmentSpec } from '#shared/domain/environment.ts'
import { SecretName } from '#shared/domain/secret.ts'
import { changesOf, checkForm, emptyEnvironment, filledIndex, formOf, withProposal } from './environment-form.ts'

const spec: EnvironmentSpec = {
  name: 'Billing',
  description: 'Words',
  image: 'node:24',
  pullPolicy: 'always',
  repositories: [{ url: 'https://a.test/x.git', branch: 'main', baseBranch: 'next', folder: 'x' }, { url: '/home/y' }],
  branchPattern: 'agents/',
  setupCommands: [{ command: 'npm ci', minutes: 10 }, { command: 'echo a\necho b' }],
  variables: [{ name: 'A', value: ' kept as it is ' }],
  secrets: [SecretName.parse('TOKEN')],
  egress: { kind: 'hosts', hosts: ['a.test'] },
  resources: { memoryMb: 512, cpus: 0.5 },
  sandbox: 'docker',
}

test('an environment comes out of its form as it went in', () => {
  expect(checkForm(formOf(spec))).toEqual({ ok: true, value: spec })
})

test('rows that are empty are none, and problems name the rows that are filled', () => {
  const commands = [
    { command: '', minutes: '' },
    { command: '', minutes: 'x' },
  ]
  const found = checkForm({ ...emptyEnvironment, name: 'A', commands })
  expect(!found.ok && found.error.map(({ field, index }) => [field, index])).toEqual([
    ['setupCommands', 0],
    ['setupCommands', 0],
  ])
  expect(filledIndex(commands, 1)).toBe(0)
})

test('what is no number is refused', () => {
  const found = checkForm({ ...emptyEnvironment, name: 'A', memory: 'much' })
  expect(!found.ok && found.error[0]?.field).toBe('resources')
})

test('only what differs is sent, and what was emptied is taken out', () => {
  expect(changesOf(spec, spec)).toBeUndefined()
  const { image: _image, egress: _egress, ...rest } = spec
  expect(changesOf(spec, { ...rest, name: 'Other' })).toEqual({ set: { name: 'Other' }, clear: ['image', 'egress'] })
})

test('a proposal fills in what it knows, and leaves the rest', () => {
  const form = { ...formOf(spec), commands: [{ command: 'mine', minutes: '' }] }
  const proposal = {
    commands: [],
    variables: [
      { name: 'A', value: '2', why: '' },
      { name: 'B', value: '1', why: '' },
    ],
    found: [],
    unmapped: [],
    dockerfiles: [],
  }
  expect(withProposal(form, proposal)).toMatchObject({
    image: 'node:24',
    commands: [{ command: 'mine' }],
    variables: [
      { name: 'A', value: ' kept as it is ' },
      { name: 'B', value: '1' },
    ],
  })
  const more = { ...proposal, image: { name: 'node:22', why: '' }, commands: [{ command: 'npm ci', why: '' }] }
  expect(withProposal(form, more)).toMatchObject({ image: 'node:22', commands: [{ command: 'npm ci', minutes: '' }] })
})
