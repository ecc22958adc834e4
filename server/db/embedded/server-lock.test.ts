import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { lockDataDir } from './server-lock.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drover-lock-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

test('a data folder is one server’s until that closes', () => {
  const first = lockDataDir(dir, 123)
  expect(() => lockDataDir(dir, 456)).toThrow(
    `Another Drover server (process 123) already uses the data folder ${dir}.`,
  )
  first.close()
  lockDataDir(dir, 456).close()
})

test('its files are for their owner only', () => {
  const lock = lockDataDir(dir, 123)
  for (const name of ['server.lock', 'server.pid'])
    expect([name, statSync(join(dir, name)).mode & 0o777]).toEqual([name, 0o600])
  lock.close()
})

test('a lock that nobody keeps is not lost to the garbage collector', () => {
  lockDataDir(dir, 123)
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  for (let round = 0; round < 3 && typeof collect === 'function'; round += 1) collect()
  expect(() => lockDataDir(dir, 456)).toThrow('already uses the data folder')
})

test('a lock file of another kind is a clear error', () => {
  writeFileSync(
    join(dir, 'server.lock'),
    'not a lock of ours, but long enough to be read as a header of 100 bytes '.repeat(4),
  )
  expect(() => lockDataDir(dir, 1)).toThrow(`The file ${join(dir, 'server.lock')} can't be locked.`)
})
