import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createChangingWorkspace, type ChangingWorkspace } from '#test/fakes/changing-workspace.ts'

vi.setConfig({ testTimeout: 60_000 })

let at: ChangingWorkspace
beforeEach(async () => {
  at = await createChangingWorkspace()
})
afterEach(() => at.remove())

describe('every change is told as what it is', () => {
  test('a mode, a file that became a link with others behind it, names with control characters', async () => {
    await at.beginWith({ 'run.sh': 'echo\n', 'a.txt': 'a\n', 'z.txt': 'z\n' })
    await chmod(join(at.workspace, 'run.sh'), 0o755)
    await rm(join(at.workspace, 'a.txt'))
    await symlink('z.txt', join(at.workspace, 'a.txt'))
    await at.write('z.txt', 'changed\n')
    await at.write('odd\nname\t\u0007.txt', 'odd\n')
    const seen = await at.seen()
    expect(seen['run.sh']).toMatchObject({ status: 'modified', mode: { from: '100644', to: '100755' } })
    expect(seen['run.sh']?.patch).toContain('new mode 100755')
    expect(seen['a.txt']?.patch).toContain('new file mode 120000')
    // The two pieces of the file that became a link belong to it alone.
    expect(seen['z.txt']?.patch).toContain('+changed')
    expect(seen['odd\\nname\\t\\007.txt']?.patch).toContain('+odd')
    expect(Object.keys(seen)).toHaveLength(4)
  })

  test('a file that became a folder, a folder that became a file, and back', async () => {
    await at.beginWith({ file: 'f\n', 'folder/in.txt': 'i\n' })
    await rm(join(at.workspace, 'file'))
    await at.write('file/deep.txt', 'd\n')
    await rm(join(at.workspace, 'folder'), { recursive: true })
    await at.write('folder', 'now a file\n')
    expect(Object.values(await at.seen()).map(({ path, status }) => `${status} ${path}`)).toEqual([
      'deleted file',
      'added file/deep.txt',
      'added folder',
      'deleted folder/in.txt',
    ])
    at.git('.', 'clean', '-fdq')
    await rm(join(at.workspace, 'folder'), { force: true })
    at.git('.', 'checkout', '--quiet', '--force', '.')
    expect(await at.seen()).toEqual({})
  })

  test('what a filter or a line end made of a file at the start is no change', async () => {
    await at.beginWith(
      { '.gitattributes': '*.crlf eol=crlf\n*.up filter=up\n', 'a.crlf': 'one\ntwo\n', 'b.up': 'word\n' },
      ['filter.up.smudge=sed s/^/smudged-/', 'filter.up.clean=sed s/^smudged-//'],
    )
    expect(await readFile(join(at.workspace, 'a.crlf'), 'utf8')).toBe('one\r\ntwo\r\n')
    expect(await readFile(join(at.workspace, 'b.up'), 'utf8')).toBe('smudged-word\n')
    expect(await at.seen()).toEqual({})
    await at.write('a.crlf', 'one\r\nthree\r\n')
    await at.write('b.up', 'smudged-word\nmore\n')
    expect(await at.seen()).toMatchObject({ 'a.crlf': { added: 1, removed: 1 }, 'b.up': { added: 1, removed: 0 } })
  })

  test('a change that keeps size and time is seen', async () => {
    await at.beginWith({ 'a.txt': 'aaaa\n' })
    const path = join(at.workspace, 'a.txt')
    execFileSync('sh', [
      '-c',
      'touch -r "$1" "$1.ref" && printf "bbbb\\n" >"$1" && touch -r "$1.ref" "$1" && rm "$1.ref"',
      'sh',
      path,
    ])
    expect((await at.seen())['a.txt']?.patch).toContain('+bbbb')
  })

  test('a repository with SHA-256', async () => {
    execFileSync('git', ['init', '--quiet', '--object-format=sha256', at.workspace])
    await at.write('a.txt', 'a\n')
    await at.write('b.txt', 'b\n')
    at.git('.', 'add', '-A')
    at.git('.', 'commit', '--quiet', '-m', 'first')
    await at.changes.begin()
    await at.write('a.txt', 'changed\n')
    await rm(join(at.workspace, 'b.txt'))
    expect(await at.seen()).toMatchObject({ 'a.txt': { status: 'modified' }, 'b.txt': { status: 'deleted' } })
  })
})

describe('an agent hides nothing', () => {
  test('by attributes', async () => {
    await at.beginWith({ 'a.txt': 'a\n', 'b.txt': '$Id$\n', 'c.txt': 'c\n' })
    await at.write('.gitattributes', '* -diff\nb.txt ident\nc.txt text eol=crlf\n*.bin working-tree-encoding=UTF-16\n')
    await at.write('a.txt', 'changed\n')
    await at.write('b.txt', '$Id: curl evil $\n')
    await at.write('c.txt', 'c\r\n')
    const seen = await at.seen()
    expect(seen['a.txt']?.patch).toContain('+changed')
    expect(seen['b.txt']?.patch).toContain('+$Id: curl evil $')
    expect(seen['c.txt']?.patch).toContain('+c\r')
  })

  test('by ignoring: the rules of the start hold silently, its own are named', async () => {
    await at.beginWith({ '.gitignore': 'build/\n', 'a.txt': 'a\n' })
    await at.write('build/out.txt', 'made\n')
    await at.write('.gitignore', 'build/\nown/\n')
    await at.write('own/hidden.txt', 'hidden\n')
    await at.write('quiet/.gitignore', '*\n')
    await at.write('quiet/deep/hidden.txt', 'hidden\n')
    await at.write('a.txt', 'changed\n')
    const seen = await at.seen()
    expect(Object.keys(seen)).toEqual(['.gitignore', 'a.txt', 'own/', 'quiet/'])
    expect(seen['own/']).toMatchObject({ status: 'added', unread: 'ignored' })
    expect(seen['quiet/']).toMatchObject({ status: 'added', unread: 'ignored' })
  })

  test('by objects of its own in the place of the start’s, alternates and replaced ones', async () => {
    await at.beginWith({ 'a.txt': 'a\n', 'b.txt': 'b\n' })
    await at.write('a.txt', 'evil\n')
    const evil = at.git('.', 'hash-object', 'a.txt').trim()
    const honest = at.git('.', 'rev-parse', 'HEAD:b.txt').trim()
    const objects = join(at.workspace, '.git/objects')
    // The content of `a.txt`, as its id says, would be read from here.
    await mkdir(join(objects, evil.slice(0, 2)), { recursive: true })
    await writeFile(join(objects, evil.slice(0, 2), evil.slice(2)), deflateSync(Buffer.from('blob 5\0nice\n')))
    at.git('.', 'replace', evil, honest)
    const seen = await at.seen()
    expect(seen['a.txt']?.patch).toContain('+evil')
    // And what the run started from is nobody's to take away.
    for (const name of await readdir(objects)) await rm(join(objects, name), { recursive: true })
    await mkdir(join(objects, 'info'))
    await writeFile(join(objects, 'info/alternates'), '/nowhere\n')
    await rm(join(at.workspace, 'b.txt'))
    expect(await at.seen()).toMatchObject({
      'a.txt': { patch: expect.stringContaining('-a\n+evil') },
      'b.txt': { status: 'deleted', patch: expect.stringContaining('-b') },
    })
  })

  test('in a folder that is named like Git’s, or that is too much to read', async () => {
    await at.beginWith({ 'a.txt': 'a\n' })
    await at.write('.GIT/x', 'x\n')
    await at.write('in/.Git', 'y\n')
    await at.write('a.txt', '')
    await truncate(join(at.workspace, 'a.txt'), 10_000_000_000)
    await at.write('b.txt', 'b\n')
    expect(await at.seen()).toMatchObject({
      '.GIT/x': { unread: 'reserved' },
      'in/.Git': { unread: 'reserved' },
      'a.txt': { status: 'modified', unread: 'too_large' },
      'b.txt': { patch: expect.stringContaining('+b') },
    })
  })

  test('in what can’t be read: it is named, and the rest is there', async () => {
    await at.beginWith({ 'a.txt': 'a\n' })
    await at.write('closed/x.txt', 'x\n')
    await at.write('mute.txt', 'x\n')
    await at.write('b.txt', 'b\n')
    await chmod(join(at.workspace, 'closed'), 0)
    await chmod(join(at.workspace, 'mute.txt'), 0)
    const seen = await at.seen()
    await chmod(join(at.workspace, 'closed'), 0o700)
    expect(seen['b.txt']).toMatchObject({ status: 'added' })
    // To root nothing is closed.
    const closed = process.getuid?.() === 0 ? ['closed/x.txt', 'mute.txt'] : ['closed/', 'mute.txt']
    expect(Object.keys(seen).toSorted()).toEqual(['b.txt', ...closed])
  })

  test('behind pipes where Git looks for its files', async () => {
    await at.remove()
    at = await createChangingWorkspace({ ignoringMs: 1500 })
    await at.beginWith({ 'a.txt': 'a\n' })
    await at.write('deep/b.txt', 'b\n')
    for (const name of ['.gitattributes', '.gitmodules', '.mailmap', 'plain', 'deep/.gitattributes']) {
      execFileSync('mkfifo', [join(at.workspace, name)])
    }
    await at.write('a.txt', 'changed\n')
    expect(Object.keys(await at.seen())).toEqual(['a.txt', 'deep/b.txt'])
    // This one Git opens, and waits: then it is asked without the rules.
    execFileSync('mkfifo', [join(at.workspace, 'deep/.gitignore')])
    expect(Object.keys(await at.seen())).toEqual(['a.txt', 'deep/b.txt'])
  })

  test('nothing outside the workspace is told, whatever leads there', async () => {
    await at.beginWith({ 'folder/secret.txt': 'mine\n' })
    const outside = join(at.folder, 'outside')
    await mkdir(outside)
    await writeFile(join(outside, 'secret.txt'), 'theirs\n')
    execFileSync('git', ['init', '--quiet', outside])
    await rm(join(at.workspace, 'folder'), { recursive: true })
    await symlink(outside, join(at.workspace, 'folder'))
    const { diff } = (await at.changes.read()) ?? { diff: '' }
    expect(diff).toContain('-mine')
    expect(diff).not.toContain('theirs')
  })
})

test('nothing of the workspace is executed here', async () => {
  await at.beginWith({ 'a.txt': 'a\n', 'b.txt': 'b\n' })
  const ran = join(at.folder, 'ran')
  const script = join(at.folder, 'script')
  await writeFile(script, `#!/bin/sh\ntouch ${ran}\ncat\n`, { mode: 0o755 })
  const traps = [
    `core.fsmonitor=${script}`,
    `core.hooksPath=${at.folder}`,
    `core.pager=${script}`,
    `filter.trap.clean=${script}`,
    `filter.trap.smudge=${script}`,
    `filter.trap.process=${script}`,
    'filter.trap.required=true',
    `diff.trap.command=${script}`,
    `diff.trap.textconv=${script}`,
    `diff.external=${script}`,
    `core.sshCommand=${script}`,
    'extensions.partialClone=origin',
    `remote.origin.url=ext::${script}`,
    'remote.origin.promisor=true',
    'protocol.ext.allow=always',
    `include.path=${join(at.folder, 'nothing')}`,
  ]
  await mkdir(join(at.workspace, 'in'))
  at.git('in', 'init', '--quiet')
  for (const repository of ['.', 'in']) {
    for (const trap of traps) {
      const [name = '', ...value] = trap.split('=')
      execFileSync('git', ['config', '--file', join(at.workspace, repository, '.git/config'), name, value.join('=')])
    }
    await at.write(`${repository}/.gitattributes`, '* filter=trap diff=trap\n')
    await at.write(`${repository}/a.txt`, 'changed\n')
    for (const hook of ['post-index-change', 'pre-commit', 'reference-transaction']) {
      await writeFile(join(at.workspace, repository, '.git/hooks', hook), `#!/bin/sh\ntouch ${ran}\n`, { mode: 0o755 })
    }
  }
  // As a submodule would lie there.
  await rename(join(at.workspace, 'in/.git'), join(at.workspace, '.git/modules-in'))
  await writeFile(join(at.workspace, 'in/.git'), `gitdir: ${join(at.workspace, '.git/modules-in')}\n`)
  const seen = await at.seen()
  expect(Object.keys(seen)).toEqual(['.gitattributes', 'a.txt', 'in/.gitattributes', 'in/a.txt'])
  expect(seen['in/a.txt']?.patch).toContain('+changed')
  expect(existsSync(ran)).toBe(false)
})
