import { expect, test } from 'vitest'
import { RunConfig } from '#shared/domain/run.ts'
import { RunSecret } from '#shared/domain/secret.ts'
import { knownTo, withProfile } from './send-assignment.ts'

const config = RunConfig.parse({ harness: 'claude-code', sandbox: 'direct' })

test.each([
  { profile: {}, chosen: {}, given: {} },
  { profile: { model: 'big' }, chosen: {}, given: { model: 'big' } },
  { profile: { effort: 'high' }, chosen: {}, given: { effort: 'high' } },
  { profile: { effort: 'high' }, chosen: { model: 'small' }, given: { model: 'small', effort: 'high' } },
  { profile: { model: 'big', effort: 'high' }, chosen: {}, given: { model: 'big', effort: 'high' } },
  { profile: { model: 'big', effort: 'high' }, chosen: { model: 'big' }, given: { model: 'big', effort: 'high' } },
  { profile: { model: 'big', effort: 'high' }, chosen: { model: 'small' }, given: { model: 'small' } },
  { profile: { model: 'big', effort: 'high' }, chosen: { effort: 'low' }, given: { model: 'big', effort: 'low' } },
] as const)('a run that chose $chosen under a profile with $profile takes $given', ({ profile, chosen, given }) => {
  expect(withProfile({ ...config, ...chosen }, profile)).toEqual({ ...config, ...given })
})

test('a runner that does not know the logins of registries gets none', () => {
  const secrets = ['text', 'registry_login'].map((kind) =>
    RunSecret.parse({ name: kind.toUpperCase(), kind, value: 'x' }),
  )
  expect(knownTo({ takesRegistryLogins: false }, secrets).map(({ kind }) => kind)).toEqual(['text'])
  expect(knownTo({ takesRegistryLogins: true }, secrets)).toEqual(secrets)
})
