import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadAuthSecret } from './secret.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-secret-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('made once, for its owner only, the same for all who ask at once and later', async () => {
  const dataDir = join(folder, 'data')
  const secrets = await Promise.all([loadAuthSecret(dataDir), loadAuthSecret(dataDir), loadAuthSecret(dataDir)])
  expect(new Set(secrets).size).toBe(1)
  expect(secrets[0]?.length).toBe(64)
  expect(await loadAuthSecret(dataDir)).toBe(secrets[0])
  const { mode } = await stat(join(dataDir, 'auth-secret'))
  expect(mode & 0o777).toBe(0o600)
  expect((await readFile(join(dataDir, 'auth-secret'), 'utf8')).trim()).toBe(secrets[0])
})

test('a damaged one is not taken', async () => {
  await writeFile(join(folder, 'auth-secret'), 'x\n')
  await expect(loadAuthSecret(folder)).rejects.toThrow('too short')
})
