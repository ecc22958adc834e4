import { execFileSync } from 'node:child_process'
import { chmod, lstat, mkdir, readFile, readlink, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { FileOp, HunkPlace } from '#shared/domain/review-change.ts'
import type { FileChange } from '#shared/domain/transcript.ts'
import { createChangingWorkspace, type ChangingWorkspace } from '#test/fakes/changing-workspace.ts'
import { hunkPlaces, revertHunks } from './revert-hunks.ts'

vi.setConfig({ testTimeout: 60_000 })

let at: ChangingWorkspace
beforeEach(async () => {
  at = await createChangingWorkspace()
})
afterEach(() => at.remove())

const read = (path: string): Promise<string> => readFile(join(at.workspace, path), 'utf8')
const seen = async (path: string): Promise<FileChange> => {
  const change = (await at.seen())[path]
  if (change === undefined) throw new Error(`${path} is not listed`)
  return change
}
const revert = ({ path, before, after }: FileChange): FileOp => ({
  kind: 'revert_file',
  path,
  ...(before === undefined ? {} : { before: before.id }),
  ...(after === undefined ? {} : { after: after.id }),
})
const revertParts = ({ path, before, after }: FileChange, hunks: HunkPlace[]): FileOp => ({
  kind: 'revert_hunks',
  path,
  before: before?.id ?? '',
  after: after?.id ?? '',
  hunks,
})

describe('a file is as it was before the run', () => {
  test('whether it was changed, added, deleted, renamed, or got other rights', async () => {
    const files = { 'a.txt': 'a\n', 'gone.txt': 'gone\n', 'old.txt': 'one\ntwo\nthree\nfour\n', 'run.sh': 'echo\n' }
    await at.beginWith(files)
    await at.write('a.txt', 'other\n')
    await at.write('deep/new/in.txt', 'new\n')
    await rm(join(at.workspace, 'gone.txt'))
    await rename(join(at.workspace, 'old.txt'), join(at.workspace, 'new.txt'))
    await at.write('new.txt', 'one\ntwo\nthree\nFOUR\n')
    await chmod(join(at.workspace, 'run.sh'), 0o755)
    const changes = Object.values(await at.seen())
    expect(changes.map(({ status }) => status).toSorted()).toEqual([
      'added',
      'deleted',
      'modified',
      'modified',
      'renamed',
    ])
    expect(await at.changes.apply(changes.map(revert))).toEqual({ ok: true })
    expect(await at.seen()).toEqual({})
    for (const [path, text] of Object.entries(files)) expect(await read(path)).toBe(text)
    await expect(stat(join(at.workspace, 'deep'))).rejects.toThrow('ENOENT')
    expect((await stat(join(at.workspace, 'run.sh'))).mode & 0o111).toBe(0)
    // The delivery comes again after a restart: it is done already.
    expect(await at.changes.apply(changes.map(revert))).toEqual({ ok: true })
  })

  test('also where a link was put in its place, which is never followed', async () => {
    await at.beginWith({ 'a.txt': 'a\n' })
    await writeFile(join(at.folder, 'outside.txt'), 'outside\n')
    await rm(join(at.workspace, 'a.txt'))
    await symlink('../outside.txt', join(at.workspace, 'a.txt'))
    expect(await at.changes.apply([revert(await seen('a.txt'))])).toEqual({ ok: true })
    expect(await read('a.txt')).toBe('a\n')
    expect((await lstat(join(at.workspace, 'a.txt'))).isFile()).toBe(true)
    expect(await readFile(join(at.folder, 'outside.txt'), 'utf8')).toBe('outside\n')
  })

  test('a link that was deleted comes back as a link', async () => {
    await at.beginWith({ 'a.txt': 'a\n' })
    await symlink('a.txt', join(at.workspace, 'link'))
    await at.changes.begin()
    at.git('.', 'add', '-A')
    await at.changes.begin()
    await rm(join(at.workspace, 'link'))
    expect(await at.changes.apply([revert(await seen('link'))])).toEqual({ ok: true })
    expect(await readlink(join(at.workspace, 'link'))).toBe('a.txt')
  })
})

describe('nothing is done', () => {
  test('to any file, where one is another than the person saw', async () => {
    await at.beginWith({ 'a.txt': 'a\n', 'b.txt': 'b\n' })
    await at.write('a.txt', 'a2\n')
    await at.write('b.txt', 'b2\n')
    const ops = [revert(await seen('a.txt')), revert(await seen('b.txt'))]
    await at.write('b.txt', 'b3\n')
    expect(await at.changes.apply(ops)).toEqual({ ok: false, error: { code: 'stale', detail: 'b.txt' } })
    expect([await read('a.txt'), await read('b.txt')]).toEqual(['a2\n', 'b3\n'])
  })

  test('outside of the workspace, through a folder that became a link', async () => {
    await at.beginWith({ 'in/a.txt': 'a\n' })
    await at.write('in/a.txt', 'a2\n')
    const ops = [revert(await seen('in/a.txt'))]
    await mkdir(join(at.folder, 'other'))
    await writeFile(join(at.folder, 'other/a.txt'), 'a2\n')
    await rm(join(at.workspace, 'in'), { recursive: true })
    await symlink('../other', join(at.workspace, 'in'))
    expect(await at.changes.apply(ops)).toMatchObject({ ok: false, error: { code: 'stale' } })
    expect(await readFile(join(at.folder, 'other/a.txt'), 'utf8')).toBe('a2\n')
  })

  test.each(['../outside.txt', '/etc/hostname', 'a/../../outside.txt', '.git/config', 'sub/.GIT/config', 'nobody.txt'])(
    'at %s, which the run did not change',
    async (path) => {
      await at.beginWith({ 'a.txt': 'a\n' })
      await writeFile(join(at.folder, 'outside.txt'), 'outside\n')
      const config = await read('.git/config')
      const after = 'ab'.repeat(20)
      expect(await at.changes.apply([{ kind: 'write', path, after, text: 'mine\n' }])).toMatchObject({
        ok: false,
        error: { code: 'stale' },
      })
      expect(await readFile(join(at.folder, 'outside.txt'), 'utf8')).toBe('outside\n')
      expect(await read('.git/config')).toBe(config)
    },
  )
})

test('a text is written by hand over the very content that was edited, and keeps its rights and its mark of bytes', async () => {
  await at.beginWith({ 'run.sh': 'echo\n' })
  await at.write('run.sh', '\ufeffecho one\n')
  await chmod(join(at.workspace, 'run.sh'), 0o750)
  const after = (await seen('run.sh')).after?.id ?? ''
  const op: FileOp = { kind: 'write', path: 'run.sh', after, text: 'echo two\n' }
  expect(await at.changes.apply([op])).toEqual({ ok: true })
  expect(await read('run.sh')).toBe('\ufeffecho two\n')
  expect((await stat(join(at.workspace, 'run.sh'))).mode & 0o777).toBe(0o750)
  expect(await at.changes.apply([{ ...op, text: 'echo three\n' }])).toMatchObject({ error: { code: 'stale' } })
})

test('hunks that are taken back leave what git leaves when it applies them in reverse', async () => {
  const line = fc.constantFrom('a', 'b', 'c', '', '  x', 'é\r')
  const lines = fc.array(line, { minLength: 1, maxLength: 60 })
  const edits = fc.array(fc.record({ at: fc.nat(60), take: fc.nat(3), put: fc.array(line, { maxLength: 3 }) }), {
    minLength: 1,
    maxLength: 6,
  })
  await fc.assert(
    fc.asyncProperty(lines, edits, fc.boolean(), fc.boolean(), fc.nat(), async (texts, changes, endA, endB, pick) => {
      const now = [...texts]
      for (const { at: index, take, put } of changes) now.splice(Math.min(index, now.length), take, ...put)
      const before = Buffer.from(texts.join('\n') + (endA ? '\n' : ''))
      const after = Buffer.from(now.join('\n') + (endB ? '\n' : ''))
      await writeFile(join(at.folder, 'before'), before)
      await writeFile(join(at.folder, 'after'), after)
      const diff = diffOf('before', 'after')
      const places = hunkPlaces(diff)
      const chosen = places.filter((_, index) => ((pick >> index) & 1) === 1)
      if (chosen.length === 0) return
      await writeFile(join(at.folder, 'target'), after)
      await writeFile(join(at.folder, 'patch'), partOf(diff, chosen, places))
      execFileSync('git', ['apply', '-R', '--unidiff-zero', '--whitespace=nowarn', 'patch'], { cwd: at.folder })
      expect(revertHunks(before, after, chosen).toString()).toBe(await readFile(join(at.folder, 'target'), 'utf8'))
    }),
    { numRuns: 60 },
  )
})

test('one of two hunks is taken back, and only where the diff has it', async () => {
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index + 1}`)
  await at.beginWith({ 'a.txt': `${lines.join('\n')}\n` })
  await at.write('a.txt', `${lines.with(1, 'two').with(24, 'twenty-five').join('\n')}\n`)
  const change = await seen('a.txt')
  const [first] = hunkPlaces(change.patch ?? '')
  if (first === undefined) throw new Error('no hunk')
  expect(await at.changes.apply([revertParts(change, [{ ...first, oldLines: 2 }])])).toMatchObject({
    error: { code: 'stale' },
  })
  expect(await at.changes.apply([revertParts(change, [first])])).toEqual({ ok: true })
  expect(await read('a.txt')).toBe(`${lines.with(24, 'twenty-five').join('\n')}\n`)
  expect(await at.changes.apply([revertParts(change, [first])])).toEqual({ ok: true })
})

test('each turn has its own changes, against the end of the one before', async () => {
  await at.beginWith({ 'a.txt': 'a\n' })
  await at.write('a.txt', 'one\n')
  expect((await at.changes.read({ turn: 1 }))?.inTurn).toBeUndefined()
  await at.write('b.txt', 'two\n')
  const second = await at.changes.read({ turn: 2 })
  expect(second?.files.map(({ path }) => path)).toEqual(['a.txt', 'b.txt'])
  expect(second?.inTurn?.files.map(({ path, status }) => `${status} ${path}`)).toEqual(['added b.txt'])
  await at.write('b.txt', 'three\n')
  const third = await at.changes.read({ turn: 3 })
  expect(third?.inTurn?.files.map(({ path, patch = '' }) => [path, patch.includes('-two')])).toEqual([['b.txt', true]])
})

test('texts and pictures are kept whole by their hash, and each side has its size', async () => {
  await at.beginWith({ 'a.txt': 'a\n', 'p.png': 'old\0' })
  await at.write('a.txt', 'abc\n')
  await at.write('p.png', 'newer\0')
  await at.write('data.bin', '\0\0')
  const files = await at.seen()
  expect(files['a.txt']).toMatchObject({ before: { bytes: 2 }, after: { bytes: 4, blob: '0'.repeat(64) } })
  expect(files['a.txt']?.before?.blob).toBeUndefined()
  expect(files['p.png']).toMatchObject({ before: { blob: '0'.repeat(64) }, after: { bytes: 6, blob: '0'.repeat(64) } })
  expect(files['data.bin']?.after).toMatchObject({ bytes: 2 })
  expect(files['data.bin']?.after?.blob).toBeUndefined()
})

function diffOf(a: string, b: string): string {
  try {
    return execFileSync('git', ['diff', '--no-index', '--no-color', a, b], { cwd: at.folder, encoding: 'latin1' })
  } catch (error) {
    // Git says with its exit code that they differ.
    if (error instanceof Error && 'stdout' in error) return String(error.stdout)
    throw error
  }
}

/** A patch of some of the hunks, for one file called `target`. The new side counts all that are before each. */
function partOf(diff: string, chosen: readonly HunkPlace[], places: readonly HunkPlace[]): Buffer {
  const hunks = diff.split(/^(?=@@ )/m).slice(1)
  const kept = hunks.flatMap((hunk, index) => {
    const place = places[index]
    return place !== undefined && chosen.includes(place) ? [hunk] : []
  })
  return Buffer.from(`--- a/target\n+++ b/target\n${kept.join('')}`, 'latin1')
}
