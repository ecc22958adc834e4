import { existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BlobHash } from '#shared/ids.ts'
import { makeTree } from '#test/fakes/random-tree.ts'
import { openSnapshotPlace, type SnapshotPlace } from '#test/fakes/snapshot-pair.ts'
import { seeded } from '#test/seed.ts'
import { getContent, putContent, SnapshotDamaged } from './content.ts'
import { applyPatch } from './patch.ts'
import { restoreTree } from './restore-tree.ts'
import { leadsOut, pathTrouble, writeFiles } from './write-files.ts'

let place: SnapshotPlace
beforeAll(async () => {
  place = await openSnapshotPlace((origin) => makeTree(origin, seeded(1), 5))
})
afterAll(() => place.remove())

const adding = (path: string, text = 'evil', mode = '100644'): string =>
  `diff --git a/${path} b/${path}\nnew file mode ${mode}\nindex 0000000000000000000000000000000000000000..1111111111111111111111111111111111111111\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+${text}\n\\ No newline at end of file\n`

test('a patch that leads out of the workspace, into .git or through a link changes nothing there, is named, and the rest goes on', async () => {
  const { changes, folder, workspace } = await place.clone()
  const outside = join(folder, 'outside')
  mkdirSync(outside)
  const patch = Buffer.from(
    [
      adding('../outside/a'),
      adding('/tmp/drover-evil'),
      adding('.git/hooks/pre-commit'),
      adding('sub/.GIT/config'),
      adding('.git\u200c/config'),
      adding('git~1/config'),
      adding('.git./config'),
      adding('way', '../outside', '120000'),
      adding('way/b'),
      adding('root', '/etc', '120000'),
      adding('good.txt', 'good'),
    ].join(''),
  )
  const state = await changes.state()
  const restored = await restoreTree(
    changes,
    { base: 'f'.repeat(40), tree: 'f'.repeat(40), patch },
    { folder, workspace, seenAs: '/workspace' },
  )
  expect(state).toBeDefined()
  expect(readFileSync(join(workspace, 'good.txt'), 'utf8')).toBe('good')
  expect(restored.failed.map(({ path }) => path).toSorted()).toEqual(
    [
      '../outside/a',
      '.GIT/config',
      '.git./config',
      '.git/hooks/pre-commit',
      '.git\u200c/config',
      '/tmp/drover-evil',
      'git~1/config',
      'root',
      'way/b',
      'way',
    ]
      .map((path) => (path === '.GIT/config' ? 'sub/.GIT/config' : path))
      .toSorted(),
  )
  for (const path of ['outside/a', 'outside/b', 'workspace/.git/hooks/pre-commit', 'workspace/git~1'])
    expect(existsSync(join(folder, path)), path).toBe(false)
  expect(existsSync('/tmp/drover-evil')).toBe(false)
})

test('a folder that is a link here is not written through', async () => {
  const { changes, folder, workspace } = await place.clone()
  mkdirSync(join(folder, 'outside'))
  symlinkSync(join(folder, 'outside'), join(workspace, 'linked'))
  const { base = '' } = (await changes.state()) ?? {}
  const { tree } = await applyPatch(changes.store, {
    from: base,
    patch: Buffer.from(adding('linked/file')),
    index: join(folder, 'index'),
  })
  const after = { mode: '100644', id: (await changes.store.must(['rev-parse', `${tree}:linked/file`])).trim() }
  const failed = await writeFiles(changes.store, [{ path: 'linked/file', before: undefined, after }], {
    root: workspace,
    seenAs: '/workspace',
  })
  expect(failed).toEqual([{ path: 'linked/file', reason: expect.stringContaining('link') }])
  expect(existsSync(join(folder, 'outside/file'))).toBe(false)
  expect(lstatSync(join(workspace, 'linked')).isSymbolicLink()).toBe(true)
})

test('a snapshot that does not lead to the tree that it names is refused as a whole', async () => {
  const { changes, folder, workspace } = await place.clone()
  const { base = '' } = (await changes.state()) ?? {}
  const wanted = { base, tree: 'f'.repeat(40), patch: Buffer.from(adding('x.txt')) }
  await expect(restoreTree(changes, wanted, { folder, workspace, seenAs: '/workspace' })).rejects.toThrow(
    'does not lead to the files',
  )
  expect(existsSync(join(workspace, 'x.txt'))).toBe(false)
})

test('on newer files what still fits is applied, what does not is named, and nothing else is touched', async () => {
  const { changes, folder, workspace } = await place.clone()
  writeFileSync(join(workspace, 'made.txt'), 'by a set-up')
  const other = `diff --git a/.gitignore b/.gitignore\nindex 1111111111111111111111111111111111111111..2222222222222222222222222222222222222222 100644\n--- a/.gitignore\n+++ b/.gitignore\n@@ -1 +1 @@\n-another line\n+mine\n`
  const restored = await restoreTree(
    changes,
    { base: 'f'.repeat(40), tree: 'f'.repeat(40), patch: Buffer.from(other + adding('fits.txt', 'yes')) },
    { folder, workspace, seenAs: '/workspace' },
  )
  expect(restored).toMatchObject({
    exact: false,
    failed: [{ path: '.gitignore', reason: 'the file is another one here' }],
  })
  expect(readFileSync(join(workspace, 'fits.txt'), 'utf8')).toBe('yes')
  expect(readFileSync(join(workspace, 'made.txt'), 'utf8')).toBe('by a set-up')
  expect(readFileSync(join(workspace, '.gitignore'), 'utf8')).toBe('*.ignored\n')
})

test('content that is not what its name says, is too short, too long, or unpacks to more than it may, is refused', async () => {
  const kept = new Map<string, Uint8Array>()
  const put = async (piece: Uint8Array): Promise<BlobHash> => {
    const hash = BlobHash.parse(createHash('sha256').update(piece).digest('hex'))
    kept.set(hash, piece)
    return hash
  }
  const get = async (hash: BlobHash): Promise<Uint8Array> => kept.get(hash) ?? Buffer.alloc(0)
  const pieces = await putContent(Buffer.from('hello'), put)
  expect(pieces).toBeDefined()
  const { pieces: [hash = BlobHash.parse('0'.repeat(64))] = [], bytes = 0 } = pieces ?? {}
  expect((await getContent({ pieces: [hash], bytes }, get, 100)).toString()).toBe('hello')
  await expect(getContent({ pieces: [hash], bytes: bytes + 1 }, get, 100)).rejects.toThrow(SnapshotDamaged)
  await expect(getContent({ pieces: [hash], bytes: bytes - 1 }, get, 100)).rejects.toThrow(SnapshotDamaged)
  const bomb = await put(zstdCompressSync(Buffer.alloc(10_000_000)))
  const size = kept.get(bomb)?.byteLength ?? 0
  await expect(getContent({ pieces: [bomb], bytes: size }, get, 1_000_000)).rejects.toThrow(SnapshotDamaged)
  kept.set(hash, Buffer.alloc(bytes))
  await expect(getContent({ pieces: [hash], bytes }, get, 100)).rejects.toThrow('is not what its name says')
})

test('paths and links that lead out are told from those that do not', () => {
  for (const path of [
    '',
    '/a',
    '../a',
    'a/../b',
    'a//b',
    './a',
    '.git',
    'a/.GiT/b',
    'a\\..\\b',
    'git~1',
    '.git::$INDEX',
    '.git ',
    '.g\u200dit',
  ].map((one) => Buffer.from(one).toString('latin1')))
    expect(pathTrouble(path), path).toBeDefined()
  for (const path of ['a', 'a b/c', '.github/x', '.gitignore', 'git', 'a\\b', '...', 'git~x'])
    expect(pathTrouble(path), path).toBeUndefined()
  for (const [path, target] of [
    ['a', '/etc/passwd'],
    ['a', '../x'],
    ['a/b', '../../x'],
    ['a', '.git/config'],
    ['a', '/workspace-2/x'],
    ['a', 'b/../../c'],
  ] as const)
    expect(leadsOut(path, Buffer.from(target), '/workspace'), target).toBe(true)
  for (const [path, target] of [
    ['a', 'b'],
    ['a/b', '../c'],
    ['a', '/workspace/c'],
    ['a', 'missing'],
  ] as const)
    expect(leadsOut(path, Buffer.from(target), '/workspace'), target).toBe(false)
})
