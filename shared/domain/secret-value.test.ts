import { describe, expect, test } from 'vitest'
import { hiddenTexts, isTooPlain } from './secret-hiding.ts'
import { chooseSecrets, isReservedName, secretNamesOf } from './secret-scope.ts'
import { checkSecretValue, variableBytes } from './secret-value.ts'
import { Secret, SecretName, type SecretKind } from './secret.ts'

const pem = (what: string, body: string): string => `-----BEGIN ${what}-----\n${body}\n-----END ${what}-----\n`
const openSsh = (cipher: string): string =>
  Buffer.concat([Buffer.from('openssh-key-v1\0'), Buffer.from([0, 0, 0, 4]), Buffer.from(cipher), Buffer.alloc(36)])
    .toString('base64')
    .replace(/=+$/, '')

describe('a value', () => {
  test.each<[SecretKind, string, string, string[]]>([
    ['text', ' as it is\n', ' as it is\n', []],
    ['anthropic_key', '  sk-ant-abc\n', 'sk-ant-abc', ['space']],
    ['openai_key', 'export OPENAI_API_KEY="sk-abc"', 'sk-abc', ['assignment', 'quotes']],
    ['google_key', `'${'AIza'.repeat(6)}'`, 'AIza'.repeat(6), ['quotes']],
    ['git_token', '{"host":"github.com","token":"t"}', '{"host":"github.com","token":"t"}', []],
    [
      'registry_login',
      '{"host":"r.test:5000","username":"u","token":"t"}',
      '{"host":"r.test:5000","username":"u","token":"t"}',
      [],
    ],
    [
      'ssh_key',
      pem('OPENSSH PRIVATE KEY', openSsh('none')).replaceAll('\n', '\r\n'),
      pem('OPENSSH PRIVATE KEY', openSsh('none')),
      [],
    ],
  ])('of the kind %s is taken, and what was pasted around it goes', (kind, typed, value, tidied) => {
    expect(checkSecretValue(kind, typed)).toMatchObject({ ok: true, value: { value, tidied } })
  })

  test.each<[SecretKind, string, string]>([
    ['text', 'empty', ' \n'],
    ['text', 'nul', 'a\0b'],
    ['text', 'too_long', 'x'.repeat(48_001)],
    ['text', 'too_long', '\u4e2d'.repeat(Math.ceil(variableBytes / 3) + 1)],
    ['anthropic_key', 'anthropic_form', 'sk-abc'],
    ['openai_key', 'openai_form', 'sk-ant-abc'],
    ['openai_key', 'spaces_inside', 'sk-a b'],
    ['google_key', 'google_form', 'short'],
    ['bedrock_key', 'json', 'abc'],
    ['bedrock_key', 'json_field', '{"key":"abc"}'],
    ['model_endpoint', 'url', '{"api":"openai","baseUrl":"localhost:11434"}'],
    ['registry_login', 'json_field', '{"host":"ghcr.io","token":"t"}'],
    ['git_token', 'host', '{"host":"https://github.com/a","token":"t"}'],
    ['git_token', 'json_field', '{"host":"git.example.com","token":"t","kind":"svn"}'],
    ['ssh_key', 'host', JSON.stringify({ privateKey: pem('OPENSSH PRIVATE KEY', openSsh('none')), host: 'a b' })],
    ['ssh_key', 'ssh_form', '{"privateKey":"AAAA"}'],
    ['ssh_key', 'ssh_public', 'ssh-ed25519 AAAA me@here'],
    ['ssh_key', 'ssh_form', 'AAAA'],
    ['ssh_key', 'ssh_passphrase', pem('RSA PRIVATE KEY', 'Proc-Type: 4,ENCRYPTED')],
    ['ssh_key', 'ssh_passphrase', pem('OPENSSH PRIVATE KEY', openSsh('aes2'))],
  ])('of the kind %s that can’t be one is told why: %s', (kind, problem, typed) => {
    expect(checkSecretValue(kind, typed)).toMatchObject({ ok: false, error: { problem } })
  })

  test('is hidden by its secret parts, unless it is too short or too common', () => {
    expect(hiddenTexts({ kind: 'git_token', value: '{"host":"github.com","token":"t-1"}' })).toEqual(['t-1'])
    expect(hiddenTexts({ kind: 'git_token', value: 'no JSON' })).toEqual(['no JSON'])
    expect(['true', '12345', 'production', '1234567', 'ababab'].filter(isTooPlain).length).toBe(5)
    expect(['s3cret', '12345678'].filter(isTooPlain)).toEqual([])
  })
})

test('a turn gets what its run names, else its environment, else all; one’s own before the team’s', () => {
  const secret = (name: string, owner: Secret['owner']): Secret =>
    Secret.parse({
      id: '01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b2c',
      name,
      kind: 'text',
      owner,
      version: 1,
      createdBy: 'u',
      createdAt: 1,
      changedBy: 'u',
      changedAt: 1,
    })
  const names = (...all: string[]) => all.map((name) => SecretName.parse(name))
  const scope = { team: [secret('A', 'team'), secret('B', 'team')], own: [secret('B', 'person')] }
  expect(secretNamesOf({ secrets: [] }, { secrets: names('A') })).toEqual([])
  expect(secretNamesOf({}, { secrets: names('A') })).toEqual(['A'])
  expect(secretNamesOf({})).toBeUndefined()
  expect(chooseSecrets(undefined, scope).chosen.map(({ name, owner }) => `${name} ${owner}`)).toEqual([
    'A team',
    'B person',
  ])
  expect(chooseSecrets(names('B', 'C', 'B'), scope)).toMatchObject({ chosen: [{ owner: 'person' }], missing: ['C'] })
  expect(chooseSecrets([], scope)).toEqual({ chosen: [], missing: [] })
  expect(['PATH', 'LD_PRELOAD', 'TOKEN'].filter(isReservedName)).toEqual(['PATH', 'LD_PRELOAD'])
})
