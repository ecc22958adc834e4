import { mkdtemp, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeRepository } from '#test/fakes/runner.ts'
import { systemClock } from '../../clock.ts'
import { removeTree } from '../copy-tree.ts'
import { createInspector } from './look.ts'

test('repositories are looked into, and nothing of them stays', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'drover-look-'))
  const first = await makeRepository({ 'package.json': '{}', 'package-lock.json': '', Dockerfile: 'FROM x' })
  const second = await makeRepository({ 'go.mod': 'go 1.22\n' })
  const inspector = createInspector({ folder, clock: systemClock, env: { PATH: process.env['PATH'] ?? '' } })
  try {
    const found = await inspector.inspect([
      { url: first.path, folder: 'a' },
      { url: second.path, folder: 'b' },
    ])
    expect(found).toMatchObject({
      ok: true,
      value: {
        image: { name: 'node:24-bookworm' },
        commands: [{ command: 'cd a && npm ci' }, { command: 'cd b && go mod download' }],
      },
    })
    const missing = await inspector.inspect([{ url: join(folder, 'nowhere') }])
    expect(missing).toEqual({
      ok: false,
      error: expect.stringMatching(/nowhere could not be cloned: .*does not exist/),
    })
    const branch = await inspector.inspect([{ url: first.path, branch: 'gone' }])
    expect(branch).toEqual({ ok: false, error: expect.stringContaining('gone') })
    expect(await readdir(folder)).toEqual([])
  } finally {
    inspector.close()
    for (const one of [first.path, second.path, folder]) await removeTree(one)
  }
})

test('one that takes too long is given up', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'drover-look-'))
  const repository = await makeRepository()
  const inspector = createInspector({ folder, clock: systemClock, env: { PATH: process.env['PATH'] ?? '' }, ms: 0 })
  try {
    expect(await inspector.inspect([{ url: repository.path }])).toEqual({
      ok: false,
      error: expect.stringMatching(/^It took too long/),
    })
  } finally {
    for (const one of [repository.path, folder]) await removeTree(one)
  }
})
