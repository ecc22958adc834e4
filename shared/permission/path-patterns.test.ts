import { expect, test } from 'vitest'
import { matchesPath, protectedBy } from './path-patterns.ts'

test.each([
  ['.env', '.env'],
  ['.env', 'packages/a/.env'],
  ['.ENV', 'packages/a/.env'],
  ['.env.*', '.env.local'],
  ['.git', '.git/config'],
  ['.git', 'vendor/x/.git/hooks/pre-commit'],
  ['.github/workflows', '.github/workflows/ci.yml'],
  ['src/**/secret.ts', 'src/secret.ts'],
  ['src/**/secret.ts', 'src/a/b/secret.ts'],
  ['**/keys/*', 'a/keys/b'],
  ['/Makefile', 'Makefile'],
  ['docs/', 'a/docs/b'],
  ['a?c', 'abc'],
])('%s covers %s', (pattern, path) => {
  expect(matchesPath(pattern, path)).toBe(true)
})

test.each([
  ['.env', '.environment'],
  ['.github/workflows', 'a/.github/workflows/ci.yml'],
  ['/Makefile', 'a/Makefile'],
  ['*.pem', 'pem'],
  ['a?c', 'ac'],
  ['src/*/x', 'src/a/b/x'],
])('%s does not cover %s', (pattern, path) => {
  expect(matchesPath(pattern, path)).toBe(false)
})

test('many stars end', () => {
  expect(protectedBy(['*a'.repeat(99)], `${'a'.repeat(900)}b`)).toBeUndefined()
  expect(protectedBy(['x', '**/a/'.repeat(40)], 'a/'.repeat(400))).toBeDefined()
})
