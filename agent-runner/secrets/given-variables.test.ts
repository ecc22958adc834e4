import { expect, test } from 'vitest'
import { secretsAmong } from './given-variables.ts'
import { createRunSecrets } from './run-secrets.ts'

test('variables of the runner whose names say that they are secret are hidden in every run, others are not', () => {
  const given = secretsAmong({
    NPM_TOKEN: 'npm-4711-abc',
    GITHUB_TOKEN: 'gh-0815-xyz',
    DEPLOY_KEY: 'true',
    NPM_CONFIG_REGISTRY: 'https://npm.example.net',
    MONKEYS: 'three-of-them',
  })
  expect(given.map(({ name }) => name)).toEqual(['NPM_TOKEN', 'GITHUB_TOKEN'])
  const secrets = createRunSecrets(given)
  const text = 'npm-4711-abc at https://npm.example.net with three-of-them'
  expect(secrets.hiding.text(text)).toBe('[secret NPM_TOKEN] at https://npm.example.net with three-of-them')
  secrets.renew([])
  expect(secrets.hiding.text('gh-0815-xyz')).toBe('[secret GITHUB_TOKEN]')
})
