import { describe, expect, test } from 'vitest'
import { SecretName } from '#shared/domain/secret.ts'
import { namedSecret, setUpKey } from './set-up-key.ts'
import type { SetUpPlan } from './set-up-plan.ts'

const plan: SetUpPlan = {
  sandbox: 'docker',
  image: 'node:24',
  dockerfile: undefined,
  pullPolicy: undefined,
  repositories: [{ url: 'https://a.test/x.git', folder: '' }],
  commands: [{ command: 'npm ci', minutes: 30 }],
  variables: { A: '1', B: '2' },
  resources: {},
  environment: undefined,
}
const secret = { name: SecretName.parse('NPM_TOKEN'), kind: 'text' as const, value: 'hidden-value' }
const facts = { imageId: 'sha256:1', commits: ['c1'], platform: 'linux x64', secrets: [], secretKey: 'k' }
const key = setUpKey(plan, facts)

describe('a set-up is another one with', () => {
  test.each<[string, Partial<SetUpPlan>, Partial<Parameters<typeof setUpKey>[1]>]>([
    ['another image of the same name', {}, { imageId: 'sha256:2' }],
    ['another commit', {}, { commits: ['c2'] }],
    ['another command', { commands: [{ command: 'npm install', minutes: 30 }] }, {}],
    ['another value of a variable', { variables: { A: '1', B: '3' } }, {}],
    ['another sandbox', { sandbox: 'direct' }, {}],
    ['another machine', {}, { platform: 'linux arm64' }],
    ['a secret', {}, { secrets: [secret] }],
    ['another folder', { repositories: [{ url: 'https://a.test/x.git', folder: 'x' }] }, {}],
  ])('%s', (_name, changed, other) => {
    expect(setUpKey({ ...plan, ...changed }, { ...facts, ...other })).not.toBe(key)
  })

  test('and the same one with other time limits, or variables in another order', () => {
    const same = { ...plan, commands: [{ command: 'npm ci', minutes: 5 }], variables: { B: '2', A: '1' } }
    expect(setUpKey(same, facts)).toBe(key)
  })

  test('a rotated secret, and with another key of the machine', () => {
    const first = setUpKey(plan, { ...facts, secrets: [secret] })
    expect(setUpKey(plan, { ...facts, secrets: [{ ...secret, value: 'other' }] })).not.toBe(first)
    expect(setUpKey(plan, { ...facts, secrets: [secret], secretKey: 'other' })).not.toBe(first)
  })
})

test.each([
  ['npm config set //r/:_authToken=$NPM_TOKEN', 'NPM_TOKEN'],
  ['echo "${NPM_TOKEN}"', 'NPM_TOKEN'],
  ['echo $NPM_TOKENS', undefined],
  ['npm ci', undefined],
])('%s names %s', (command, name) => {
  expect(namedSecret({ ...plan, commands: [{ command, minutes: 1 }] }, [secret])).toBe(name)
})
