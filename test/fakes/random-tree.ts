import { execFileSync } from 'node:child_process'
import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  unlink,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import type { Seeded } from '../seed.ts'

type Random = Pick<Seeded, 'below'>

const pick = <T>({ below }: Random, all: readonly T[]): T => {
  const one = all[below(all.length)]
  if (one === undefined) throw new Error('nothing to choose from')
  return one
}

/** Names that trip programs up: blanks, quotes, a line end, a tab, bytes that are no UTF-8, what looks like an option. */
const names = [
  'a',
  'b.txt',
  'with blank',
  ' lead',
  'trail ',
  'ünïcode',
  'quo"te',
  "it's",
  'back\\slash',
  'new\nline',
  'tab\t',
  '-rf',
  '#x',
  '[glob]*?',
  'a => b',
  'b',
  'con',
  '%41',
  '~',
  'diff --git a',
].map((name) => Buffer.from(name))
names.push(Buffer.from([0x66, 0xff, 0xfe]))

/** Fills a folder with files of all kinds and commits them. */
export async function makeTree(root: string, random: Random, files = 30): Promise<void> {
  for (let n = 0; n < files; n++) await putSomething(root, random)
  await writeFile(join(root, '.gitignore'), '*.ignored\n')
  const git = (...args: string[]): void => {
    execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.com', ...args], {
      cwd: root,
      stdio: 'ignore',
    })
  }
  git('init', '-b', 'main')
  git('add', '-A')
  git('commit', '-m', 'first', '--allow-empty')
}

/** Changes it: contents, modes, links, renames, what goes and what comes. */
export async function changeTree(root: string, random: Random, steps = 20): Promise<void> {
  for (let step = 0; step < steps; step++) {
    const there = [...(await readTree(root)).keys()]
    const path = there.length === 0 ? undefined : Buffer.from(pick(random, there), 'latin1')
    const full = path === undefined ? undefined : at(root, path)
    switch (random.below(8)) {
      case 0:
        if (full !== undefined) await unlink(full)
        break
      case 1: {
        const target = await place(root, random)
        if (full !== undefined && target !== undefined) await rename(full, target)
        break
      }
      case 2:
        if (full !== undefined && !(await isLink(full))) await chmod(full, random.below(2) === 0 ? 0o755 : 0o644)
        break
      case 3:
        if (full !== undefined && !(await isLink(full))) {
          const old = await readFile(full)
          await writeFile(full, Buffer.concat([old, content(random)]))
        }
        break
      case 4:
        // A file becomes a folder, or a link.
        if (full !== undefined) {
          await rm(full, { force: true })
          if (random.below(2) === 0) await symlink('b.txt', full)
          else {
            await mkdir(full)
            await writeFile(Buffer.concat([full, Buffer.from('/inside')]), content(random))
          }
        }
        break
      default:
        await putSomething(root, random)
    }
  }
  await writeFile(join(root, 'not.ignored'), 'This stays where it is.')
}

/** Every file that is no one of git's, by its path as Latin-1: its kind and its bytes. */
export async function readTree(root: string): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const look = async (folder: string): Promise<void> => {
    const whole = at(root, Buffer.from(folder, 'latin1'))
    for (const entry of await readdir(whole, { withFileTypes: true, encoding: 'buffer' })) {
      const path = `${folder}${Buffer.from(entry.name).toString('latin1')}`
      if (path === '.git' || path.endsWith('.ignored')) continue
      const full = at(root, Buffer.from(path, 'latin1'))
      if (entry.isDirectory()) await look(`${path}/`)
      else if (entry.isSymbolicLink()) found.set(path, `link ${(await readlink(full, 'buffer')).toString('latin1')}`)
      else {
        const { mode } = await lstat(full)
        found.set(path, `${(mode & 0o100) === 0 ? 'file' : 'program'} ${(await readFile(full)).toString('latin1')}`)
      }
    }
  }
  await look('')
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)))
}

async function putSomething(root: string, random: Random): Promise<void> {
  const target = await place(root, random)
  if (target === undefined) return
  await rm(target, { force: true }).catch(() => {})
  if (random.below(7) === 0) {
    await symlink(pick(random, ['b.txt', 'nowhere', 'a/b.txt', './-rf']), target)
    return
  }
  await writeFile(target, content(random))
  if (random.below(4) === 0) await chmod(target, 0o755)
}

/** A path whose folders are there, and at which no folder stands. */
async function place(root: string, random: Random): Promise<Buffer | undefined> {
  const parts = Array.from({ length: 1 + random.below(3) }, () => pick(random, names))
  const path = Buffer.concat(parts.flatMap((name, index) => (index === 0 ? [name] : [Buffer.from('/'), name])))
  const folder = Buffer.concat(
    parts.slice(0, -1).flatMap((name, index) => (index === 0 ? [name] : [Buffer.from('/'), name])),
  )
  try {
    // Through a link it would be somewhere else.
    for (let end = 1; end < parts.length; end++) {
      const upTo = Buffer.concat(
        parts.slice(0, end).flatMap((name, index) => (index === 0 ? [name] : [Buffer.from('/'), name])),
      )
      if (await isLink(at(root, upTo))) return undefined
    }
    if (folder.byteLength > 0) await mkdir(at(root, folder), { recursive: true })
    await readdir(at(root, path)).then(
      () => {
        throw new Error('a folder')
      },
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
      },
    )
    if (await isLink(at(root, path))) await unlink(at(root, path))
    return at(root, path)
  } catch {
    return undefined
  }
}

function content(random: Random): Buffer {
  const kind = random.below(5)
  if (kind === 0) return Buffer.alloc(0)
  if (kind === 1) return Buffer.from(Array.from({ length: 1 + random.below(3000) }, () => random.below(256)))
  const lines = Array.from({ length: 1 + random.below(80) }, (_, line) => `line ${line} ${random.below(10)}`)
  return Buffer.from(`${lines.join(kind === 2 ? '\r\n' : '\n')}${kind === 3 ? '\n' : ''}`)
}

async function isLink(path: Buffer): Promise<boolean> {
  return readlink(path).then(
    () => true,
    () => false,
  )
}

function at(root: string, path: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), path])
}
