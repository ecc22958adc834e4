import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lookAtFiles } from './real-file.ts'

let base: string
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'drover-files-'))
  await mkdir(join(base, 'work/src'), { recursive: true })
  await writeFile(join(base, 'work/.env'), 'A=1')
  await writeFile(join(base, 'secret'), 'x')
  await symlink('../.env', join(base, 'work/src/plain.txt'))
  await symlink(join(base, 'secret'), join(base, 'work/out'))
  await symlink(base, join(base, 'work/up'))
  await symlink('nowhere', join(base, 'work/dangling'))
})
afterAll(() => rm(base, { recursive: true, force: true }))

test.each([
  ['src/new.ts', [{ path: 'src/new.ts', where: 'inside' }]],
  ['/workspace/src/a/b.ts', [{ path: 'src/a/b.ts', where: 'inside' }]],
  ['src/../../secret', [{ path: '/secret', where: 'outside' }]],
  ['/etc/passwd', [{ path: '/etc/passwd', where: 'outside' }]],
  ['out', [{ path: 'out', where: 'outside' }]],
  ['up/secret', [{ path: 'up/secret', where: 'outside' }]],
  ['up/new', [{ path: 'up/new', where: 'outside' }]],
  ['dangling', [{ path: 'dangling', where: 'unsure' }]],
  ['src/plain.txt', [{ path: 'src/plain.txt', where: 'inside' }, { path: '.env', where: 'inside' }]], // prettier-ignore
])('%s', async (path, expected) => {
  const hostWorkspace = join(base, 'work')
  expect(await lookAtFiles([path], { workspace: '/workspace', hostWorkspace })).toEqual(expected)
})

test('files beyond a hundred are not known to be inside', async () => {
  const names = Array.from({ length: 120 }, (_, at) => `f${at}`)
  const found = await lookAtFiles(names, { workspace: '/workspace', hostWorkspace: join(base, 'work') })
  expect(found.at(-1)).toEqual({ path: '20 more', where: 'unsure' })
})
