import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { codexVersion } from './harness/declarations/codex.ts'
import { installHarness } from './install-harness.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-install-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const install = (name: string, more: Record<string, string> = {}) =>
  installHarness(
    { name, sandbox: 'direct' },
    { PATH: process.env['PATH'], HOME: folder, DROVER_RUNNER_DIR: folder, ...more },
    { say: () => undefined, signal: AbortSignal.timeout(60_000) },
  )

test('an agent that is there is not fetched again, and needs no key', async () => {
  const place = join(folder, 'tools', `@agentclientprotocol+codex-acp@${codexVersion}`)
  await mkdir(place, { recursive: true })
  await writeFile(join(place, 'complete'), 'yes\n')
  expect(await install('codex')).toEqual({ ok: true, text: `Codex ${codexVersion} is there already.` })
})

test('what can’t be fetched, and what there is not, is said, and nothing half is left', async () => {
  const npm = { npm_config_registry: 'http://127.0.0.1:1/', npm_config_fetch_retries: '0' }
  const bin = join(folder, 'bin')
  await mkdir(bin)
  await writeFile(join(bin, 'npm'), '#!/bin/sh\nexit 7\n', { mode: 0o755 })
  const failed = await install('codex', { ...npm, PATH: `${bin}:${process.env['PATH'] ?? ''}` })
  expect(failed).toMatchObject({ ok: false, text: expect.stringContaining('could not be fetched from npm (exit 7)') })
  expect(await readdir(join(folder, 'tools'))).toEqual([])
  expect((await install('nobody')).text).toMatch(
    /^There is no agent nobody\. There are: runbook, drover, claude-code, /,
  )
})
