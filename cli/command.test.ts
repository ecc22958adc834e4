import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { droverVersion } from '#shared/version.ts'

const root = join(import.meta.dirname, '..')
const Package = z.object({ bin: z.object({ drover: z.string() }) })
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover command-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('`npx drover` works: npm runs a link to the bin, from any folder and whatever Node the system has', async () => {
  const { bin } = Package.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')))
  const command = join(folder, 'drover')
  await symlink(join(root, bin.drover), command)
  const { stdout } = await promisify(execFile)(command, ['--version'], {
    cwd: folder,
    env: { PATH: '/usr/bin:/bin', HOME: folder },
  })
  expect(stdout).toBe(`${droverVersion}\n`)
})
