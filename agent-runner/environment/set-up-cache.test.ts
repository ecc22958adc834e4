import { chmod, link, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { systemClock } from '../clock.ts'
import { removeTree } from './copy-tree.ts'
import { createSetUpCache, type SetUpCache, type SetUpCacheLimits } from './set-up-cache.ts'
import type { SetUpFolders } from './set-up-folders.ts'

let root: string
let folder: string
const dropped: string[] = []
const never = new AbortController().signal
const made = { tookMs: 1000, commands: 2 }
const key = (digit: string): string => digit.repeat(40)

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'drover-set-ups-'))
  folder = join(root, 'set-ups')
  dropped.length = 0
})
afterEach(() => removeTree(root))

function open(limits: Partial<SetUpCacheLimits> = {}): SetUpCache {
  return createSetUpCache({
    folder,
    limits: { count: 3, bytes: 1e9, days: 14, ...limits },
    clock: systemClock,
    dropImage: async (id) => void dropped.push(id),
    onTrouble: () => {},
  })
}

async function run(name: string): Promise<SetUpFolders> {
  const at = join(root, name)
  const folders = { workspace: join(at, 'workspace'), home: join(at, 'home'), changes: join(at, 'changes.git') }
  for (const one of Object.values(folders)) await mkdir(one, { recursive: true })
  return folders
}

async function filled(): Promise<SetUpFolders> {
  const folders = await run('first')
  await mkdir(join(folders.workspace, 'locked'))
  await writeFile(join(folders.workspace, 'locked/module.txt'), 'module')
  await writeFile(join(folders.workspace, 'a.sh'), 'a')
  await chmod(join(folders.workspace, 'a.sh'), 0o755)
  await symlink('a.sh', join(folders.workspace, 'link'))
  await writeFile(join(folders.home, '.cache-of-a-tool'), 'h')
  await link(join(folders.workspace, 'a.sh'), join(folders.changes, 'object'))
  await chmod(join(folders.workspace, 'locked'), 0o555)
  return folders
}

/** It is made after what asked for it. */
const spareOf = (name: string) => vi.waitFor(() => stat(join(folder, key(name), 'spare')), { timeout: 20_000 })

test('what is kept comes again as it was, and shares nothing with who has it', async () => {
  const cache = open()
  const from = await filled()
  expect(await cache.keep(key('a'), from, { ...made, branch: 'main' }, never)).toEqual({ bytes: expect.any(Number) })
  const [second, third] = [await run('second'), await run('third')]
  expect(await cache.restore(key('a'), second, never)).toBe(true)
  await writeFile(join(second.workspace, 'a.sh'), 'changed')
  expect(await cache.restore(key('a'), third, never)).toBe(true)
  expect(await readFile(join(third.workspace, 'link'), 'utf8')).toBe('a')
  expect(await readFile(join(from.workspace, 'a.sh'), 'utf8')).toBe('a')
  expect((await stat(join(third.workspace, 'a.sh'))).mode & 0o777).toBe(0o755)
  expect((await stat(join(third.workspace, 'locked'))).mode & 0o777).toBe(0o555)
  expect(await readFile(join(third.home, '.cache-of-a-tool'), 'utf8')).toBe('h')
  expect(await cache.find(key('a'))).toMatchObject({ branch: 'main', commands: 2 })
  await cache.close()
})

test('the spare copy of what was used last is moved to the next run, and is not there for the one after it', async () => {
  const cache = open()
  const first = await filled()
  for (const name of ['a', 'b']) await cache.keep(key(name), first, made, never)
  await spareOf('b')
  await cache.close()
  expect((await readdir(folder)).filter((name) => name.startsWith('.new-'))).toEqual([])
  expect(await readdir(join(folder, key('a')))).not.toContain('spare')
  const spare = await stat(join(folder, key('b'), 'spare/workspace/a.sh'))
  const next = open()
  const [second, third] = [await run('second'), await run('third')]
  await chmod(join(folder, key('b'), 'spare/workspace'), 0o751)
  expect(await next.restore(key('b'), second, never)).toBe(true)
  expect((await stat(join(second.workspace, 'a.sh'))).ino).toBe(spare.ino)
  expect((await stat(second.workspace)).mode & 0o777).toBe(0o751)
  expect(await next.restore(key('b'), third, never)).toBe(true)
  expect((await stat(join(third.workspace, 'a.sh'))).ino).not.toBe(spare.ino)
  expect((await stat(join(third.workspace, 'locked'))).mode & 0o777).toBe(0o555)
  await next.close()
})

test('a spare copy that can’t be moved leaves nothing behind, and the entry is copied', async () => {
  const cache = open()
  await cache.keep(key('a'), await filled(), made, never)
  await spareOf('a')
  await cache.close()
  const second = await run('second')
  // So the moving stops in the middle.
  await rm(join(folder, key('a'), 'spare/changes.git'), { recursive: true })
  const next = open()
  expect(await next.restore(key('a'), second, never)).toBe(true)
  expect((await readdir(second.workspace)).toSorted()).toEqual(['a.sh', 'link', 'locked'])
  expect(await readdir(second.changes)).toEqual(['object'])
  await next.close()
})

test('there is no spare copy where both together are larger than everything may be', async () => {
  const from = await filled()
  await writeFile(join(from.workspace, 'large'), Buffer.alloc(200_000))
  const cache = open({ bytes: 300_000 })
  expect(await cache.keep(key('a'), from, made, never)).toEqual({ bytes: expect.any(Number) })
  await cache.close()
  expect(await readdir(join(folder, key('a')))).not.toContain('spare')
})

test('the count holds: what was not used for longest goes, with its image', async () => {
  const cache = open({ count: 2 })
  const from = await filled()
  for (const [index, name] of ['a', 'b'].entries()) {
    await cache.keep(key(name), from, { ...made, image: `image-${name}` }, never)
    const then = new Date(Date.now() - 60_000 * (index + 1))
    await utimes(join(folder, key(name), 'entry.json'), then, then)
  }
  await cache.keep(key('c'), from, made, never)
  await cache.close()
  expect((await readdir(folder)).filter((name) => name.length === 40)).toEqual([key('a'), key('c')])
  expect(dropped).toEqual(['image-b'])
})

test('what is too old goes with the next that is kept', async () => {
  const cache = open({ days: 1 })
  const from = await filled()
  await cache.keep(key('a'), from, made, never)
  const then = new Date(Date.now() - 2 * 86_400_000)
  await utimes(join(folder, key('a'), 'entry.json'), then, then)
  await cache.keep(key('b'), from, made, never)
  await cache.close()
  expect(await cache.find(key('a'))).toBeUndefined()
  expect(await cache.find(key('b'))).toBeDefined()
})

test('what is larger than everything may be is not kept, and a sentence says so', async () => {
  const cache = open({ bytes: 10 })
  expect(await cache.keep(key('a'), await filled(), made, never)).toEqual({
    why: expect.stringMatching(/is the most$/),
  })
  expect(await cache.find(key('a'))).toBeUndefined()
})

test('what an ended process left half is no entry, and is removed', async () => {
  await mkdir(join(folder, '.new-half/workspace'), { recursive: true })
  await mkdir(join(folder, key('d')), { recursive: true })
  const cache = open()
  expect(await cache.find(key('d'))).toBeUndefined()
  expect(await readdir(folder)).toEqual([key('d')])
  // A folder without its last file is in nobody's way.
  await expect(cache.keep(key('d'), await filled(), made, never)).resolves.toBeDefined()
  await cache.close()
})

test('an entry that can’t be copied is none', async () => {
  const cache = open()
  expect(await cache.restore(key('e'), await run('second'), never)).toBe(false)
})

test('two at once make it once', async () => {
  const cache = open()
  const first = Promise.withResolvers<void>()
  const order: string[] = []
  const one = cache.alone(
    key('a'),
    () => first.promise.then(() => void order.push('one')),
    () => order.push('waits'),
  )
  const two = cache.alone(
    key('a'),
    async () => void order.push('two'),
    () => order.push('two waits'),
  )
  const other = cache.alone(
    key('b'),
    async () => void order.push('other'),
    () => order.push('other waits'),
  )
  await other
  first.resolve()
  await Promise.all([one, two])
  expect(order).toEqual(['two waits', 'other', 'one', 'two'])
})

test('off, it keeps nothing', async () => {
  const cache = open({ count: 0 })
  expect([cache.on, await cache.find(key('a'))]).toEqual([false, undefined])
})
