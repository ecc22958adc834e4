import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BlobHash } from '#shared/ids.ts'
import { maxEventBytes } from '#shared/protocol/run-event.ts'
import { createChanges, type Changes } from './changes.ts'

test('a list of many changes fits into one event: what has no room in it is a blob', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'drover-changes-'))
  try {
    const workspace = join(folder, 'workspace')
    await mkdir(workspace)
    const stored: string[] = []
    const changes = createChanges({
      folder,
      workspace,
      path: process.env['PATH'] ?? '/usr/bin:/bin',
      blobs: {
        put: async (content) => {
          if (content instanceof Uint8Array) stored.push(new TextDecoder().decode(content))
          return BlobHash.parse('0'.repeat(64))
        },
        close: () => {},
      },
      now: Date.now,
    })
    await changes.begin()
    // Each mark takes twice its length in JSON.
    const text = `${'"'.repeat(3500)}\n`
    for (let i = 0; i < 400; i++) await writeFile(join(workspace, `${i}.txt`), text)
    const set = await changes.read()
    expect(set?.files).toHaveLength(400)
    expect(set?.more).toBe(0)
    expect(Buffer.byteLength(JSON.stringify({ type: 'files', files: set?.files }))).toBeLessThan(maxEventBytes)
    expect(set?.files.filter((file) => file.patch !== undefined).length).toBeGreaterThan(20)
    expect(set?.files.every((file) => file.patch !== undefined || file.blob !== undefined)).toBe(true)
    const patches = stored.filter((content) => content !== text)
    expect(patches.length > 0 && patches.every((patch) => patch.startsWith('diff --git '))).toBe(true)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

describe('a repository inside the workspace', () => {
  let folder: string
  let workspace: string
  let changes: Changes
  const git = (at: string, ...args: string[]): void => {
    const who = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'protocol.file.allow=always']
    execFileSync('git', [...who, ...args], { cwd: join(workspace, at), stdio: 'ignore' })
  }
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(workspace, path)), { recursive: true })
    await writeFile(join(workspace, path), text)
  }
  const listed = async () => (await changes.read())?.files.map(({ path, status }) => `${status} ${path}`)

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drover-changes-'))
    workspace = join(folder, 'workspace')
    await mkdir(workspace)
    const blobs = { put: async () => BlobHash.parse('0'.repeat(64)), close: () => {} }
    changes = createChanges({ folder, workspace, path: process.env['PATH'] ?? '/usr/bin:/bin', blobs, now: Date.now })
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  test.each([['an empty folder'], ['a clone']])('hides nothing in %s, with commits or without', async (start) => {
    if (start === 'a clone') {
      git('.', 'init', '-q')
      await write('kept.txt', 'kept\n')
      git('.', 'add', '-A')
      git('.', 'commit', '-qm', 'first')
    }
    await changes.begin()
    await write('plain.txt', 'a\n')
    await write('bare/deep/x.txt', 'b\n')
    git('bare', 'init', '-q')
    await write('full/y.txt', 'c\n')
    git('full', 'init', '-q')
    git('full', 'add', '-A')
    git('full', 'commit', '-qm', 'first')
    await write('full/in/z.txt', 'd\n')
    git('full/in', 'init', '-q')
    await mkdir(join(workspace, 'nothing'))
    git('nothing', 'init', '-q')
    const all = ['added bare/deep/x.txt', 'added full/in/z.txt', 'added full/y.txt', 'added plain.txt']
    expect(await listed()).toEqual(all)
    expect((await changes.read())?.diff).toContain('+++ b/full/in/z.txt')
    // And so it stays when more is written, or a repository is no more.
    await write('bare/deep/w.txt', 'e\n')
    await rm(join(workspace, 'full/.git'), { recursive: true })
    expect(await listed()).toEqual(['added bare/deep/w.txt', ...all])
  })

  test('that was there from the start as a submodule shows what is done in it', async () => {
    const other = join(folder, 'other')
    await mkdir(other)
    git('../other', 'init', '-q')
    await writeFile(join(other, 'lib.txt'), 'lib\n')
    git('../other', 'add', '-A')
    git('../other', 'commit', '-qm', 'first')
    git('.', 'init', '-q')
    git('.', 'submodule', 'add', '-q', other, 'lib')
    git('.', 'commit', '-qm', 'first')
    await changes.begin()
    await write('lib/lib.txt', 'changed\n')
    expect(await listed()).toContain('added lib/lib.txt')
  })

  test('that is none, whatever its .git says, hides nothing either', async () => {
    await changes.begin()
    await write('lost/.git', 'gitdir: /nowhere/at/all\n')
    await write('lost/a.txt', 'a\n')
    await write('junk/.git', '\u0000junk')
    await write('junk/b.txt', 'b\n')
    await write('half/.git/HEAD', 'ref: refs/heads/main\n')
    await write('half/c.txt', 'c\n')
    await write('open.txt', 'd\n')
    expect(await listed()).toEqual(['added half/c.txt', 'added junk/b.txt', 'added lost/a.txt', 'added open.txt'])
  })
})
