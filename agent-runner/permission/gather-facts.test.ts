import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CommandEffect } from '#shared/domain/permission.ts'
import { explainParts } from '#shared/permission/explain-command.ts'
import { gatherFacts, type WorkspacePort } from './gather-facts.ts'
import { createHostFacts } from './host-facts.ts'
import { parseCommandSync } from '#shared/permission/parse-command.ts'

const environment = { PATH: process.env.PATH ?? '/usr/bin:/bin' }
let base: string
let root: string

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'drover-facts-'))
  root = join(base, 'work')
  mkdirSync(root)
})

afterEach(() => rmSync(base, { recursive: true, force: true }))

function git(...args: string[]): void {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.test']
  execFileSync('git', [...identity, ...args], { cwd: root, env: { ...environment, HOME: base }, stdio: 'ignore' })
}

function file(path: string, text = 'x'): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

function repository(): void {
  git('init', '-q')
  for (const path of ['src/a.ts', 'src/b.ts', 'src/c d.ts', 'readme.md']) file(path)
  git('add', '.')
  git('commit', '-qm', 'first')
}

interface Options {
  readonly port?: WorkspacePort
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
}

async function explain(text: string, options: Options = {}): Promise<CommandEffect[]> {
  const parsed = parseCommandSync(text)
  if (!parsed.ok) throw new Error(parsed.detail)
  const facts = await gatherFacts(parsed, {
    root,
    cwd: root,
    port: options.port ?? createHostFacts(root, environment),
    signal: options.signal ?? new AbortController().signal,
    timeoutMs: options.timeoutMs ?? 20_000,
  })
  return explainParts(parsed, facts)
}

async function last(text: string, options?: Options): Promise<string> {
  const effect = (await explain(text, options)).at(-1)
  return `${effect?.danger === true ? '!' : ''}${effect?.summary}`
}

describe('in a repository', () => {
  beforeEach(repository)

  test('says how many files go, and what git has of them', async () => {
    for (let index = 0; index < 214; index++) file(`build/${index % 7}/${index}.js`)
    expect(await last('rm -rf build')).toBe("!Deletes 214 files. They are not in git, so this can't be undone.")
    expect(await last('rm -rf src')).toBe('Deletes 3 files that git tracks.')
    expect(await last('rm readme.md')).toBe('Deletes 1 file that git tracks.')
    file('src/new.ts')
    expect(await last('rm -rf src')).toBe("!Deletes 4 files. 1 of them is not in git, so this can't be undone.")
    expect(await last('rm src/new.ts')).toBe("!Deletes 1 file. It is not in git, so this can't be undone.")
    expect(await last('rm -rf build src')).toBe(
      "!Deletes 218 files. 215 of them are not in git, so this can't be undone.",
    )
    expect(await last('rm -rf src src/new.ts src/a.ts')).toMatch(/Deletes 4 files\./)
    expect(await last('git rm -r src/a.ts')).toBe('Deletes 1 file that git tracks. The deletion is staged.')
  })

  test('says that nothing goes', async () => {
    expect(await last('rm -rf build')).toBe('Deletes nothing: build does not exist.')
    expect(await last('rm -rf build dist')).toBe('Deletes nothing: build and dist do not exist.')
    mkdirSync(join(root, 'empty/er'), { recursive: true })
    expect(await last('rm -rf empty')).toBe('Deletes empty, which holds no files.')
  })

  test('does not promise what an earlier part can change', async () => {
    expect(await last('npm run build && rm -rf build')).toBe(
      '!Deletes build. Before this command, build does not exist.',
    )
    expect(await last('mv x src/y; rm -rf src')).toBe('!Deletes src, before this command 3 files, all tracked by git.')
    expect(await last('ls && rm -rf src')).toBe('Deletes 3 files that git tracks.')
    expect(await last('ls || rm -rf src')).toMatch(/before this command/)
    expect((await explain('rm -rf src && npm test'))[0]?.summary).toBe('Deletes 3 files that git tracks.')
  })

  test('follows a cd that surely happens, and no other', async () => {
    file('pkg/build/x')
    expect(await last('cd pkg && rm -rf build')).toBe("!Deletes 1 file. It is not in git, so this can't be undone.")
    expect(await last('cd pkg; rm -rf build')).toMatch(/Deletes 1 file/)
    expect(await last('(cd pkg && ls); rm -rf build')).toBe('Deletes nothing: build does not exist.')
    expect(await last('cd gone; rm -rf build')).toMatch(/^!Deletes build\..*can't tell in which folder/)
    expect(await last('ls && cd pkg; rm -rf build')).toMatch(/can't tell in which folder/)
    expect(await last('ls || cd pkg; rm -rf build')).toMatch(/can't tell in which folder/)
    expect(await last('while x; do rm -rf build; cd pkg; done; rm -rf build')).toMatch(/can't tell in which folder/)
  })

  test('a pattern is outside where a link that it matches leads out', async () => {
    mkdirSync(join(base, 'elsewhere'))
    writeFileSync(join(base, 'elsewhere/key'), 'secret')
    symlinkSync('a.ts', join(root, 'src/inner.ts'))
    const outside = /Outside the workspace/
    for (const text of ['cat *', 'cat src/*', 'cat *.md', 'grep x src/*.ts', 'cat ./*/?.ts', 'ls s*/'])
      expect(await last(text), text).not.toMatch(outside)
    symlinkSync(join(base, 'elsewhere/key'), join(root, 'src/key.ts'))
    symlinkSync(join(base, 'elsewhere'), join(root, 'linked'))
    for (const text of [
      'cat src/*',
      'cat ./src/k*',
      'grep x src/*.ts',
      'cat */*',
      'cat "li"*/key',
      'cat l?nked/k*',
      'cat *',
    ])
      expect(await last(text), text).toMatch(outside)
    for (const text of ['cat src/?.ts', 'cat *.md', 'cat readme*', 'rm *.md'])
      expect(await last(text), text).not.toMatch(outside)
  })

  test('names what is overwritten', async () => {
    file('notes')
    expect(await last('echo x > readme.md')).toBe('Prints text. Overwrites readme.md. Git tracks readme.md.')
    expect(await last('echo x > notes')).toBe(
      "!Prints text. Overwrites notes. notes exists and is not in git, so this can't be undone.",
    )
    expect(await last('echo x > new')).toBe('Prints text. Overwrites new.')
    expect(await last('cp readme.md notes')).toMatch(/^!Copies readme\.md to notes\. notes exists/)
  })

  test('links do not lead out', async () => {
    mkdirSync(join(base, 'away'))
    for (const name of ['one', 'two']) writeFileSync(join(base, 'away', name), 'x')
    symlinkSync(join(base, 'away'), join(root, 'link'))
    symlinkSync(join(base, 'away/one'), join(root, 'src/one'))
    expect(await last('rm -rf link')).toBe("!Deletes 1 file. It is not in git, so this can't be undone.")
    expect(await last('rm -rf src')).toMatch(/Deletes 4 files/)
    expect(await last('rm -rf link/one')).toBe(
      "!Deletes link/one. Drover can't tell how many files. Outside the workspace: link/one.",
    )
    expect(await last('cat src/one')).toBe('!Shows src/one. Outside the workspace: src/one.')
    expect(await last('echo x > src/one')).toMatch(/^!.*Outside the workspace: src\/one\./)
    expect(await last('cd link && rm one')).toMatch(/can't tell in which folder/)
  })

  test("a repository's own settings start nothing", async () => {
    const mark = join(base, 'started')
    const script = join(base, 'run.sh')
    writeFileSync(script, `#!/bin/sh\ntouch '${mark}'\n`, { mode: 0o755 })
    for (const key of ['core.fsmonitor', 'core.sshCommand', 'diff.external', 'core.pager']) git('config', key, script)
    git('config', 'filter.f.clean', script)
    writeFileSync(join(root, '.gitattributes'), '* filter=f\n')
    writeFileSync(join(root, 'src/a.ts'), 'changed')
    expect(await last('rm -rf src')).toBe('Deletes 3 files that git tracks.')
    expect(await createHostFacts(base, environment).stat(mark, new AbortController().signal)).toMatchObject({
      kind: 'missing',
    })
  })

  test('odd names are counted too', async () => {
    for (const name of ['odd/ä\n.ts', "odd/'", 'odd/-f', 'odd/:(top)x', 'odd/*']) file(name)
    git('add', '-A')
    expect(await last('rm -rf odd')).toBe('Deletes 5 files that git tracks.')
    expect(await last("rm 'odd/*'")).toBe('Deletes 1 file that git tracks.')
    expect(await last("rm 'odd/:(top)x'")).toBe('Deletes 1 file that git tracks.')
  })
})

describe('bounds', () => {
  test('without a repository nothing is in git', async () => {
    file('a/b')
    expect(await last('rm -rf a')).toBe("!Deletes 1 file. It is not in git, so this can't be undone.")
  })

  test('a repository above the workspace does not count', async () => {
    execFileSync('git', ['init', '-q'], { cwd: base, env: { ...environment, HOME: base } })
    file('a')
    execFileSync('git', ['add', '-A'], { cwd: base, env: { ...environment, HOME: base } })
    expect(await last('rm a')).toMatch(/not in git/)
  })

  test('counting ends at 10,000 files', async () => {
    const asked: number[] = []
    const port = fake({
      listFiles: async (_path, cap) => {
        asked.push(cap)
        return { files: Array.from({ length: cap }, (_, index) => `${root}/a/${index}`), more: true }
      },
    })
    expect(await last('rm -rf a', { port })).toBe(
      "!Deletes more than 10,000 files. Drover can't tell which are in git.",
    )
    expect(asked).toEqual([10_001])
  })

  test('the host stops counting at the cap', async () => {
    for (let index = 0; index < 30; index++) file(`a/${index}`)
    const found = await createHostFacts(root, environment).listFiles(join(root, 'a'), 20, new AbortController().signal)
    expect(found).toMatchObject({ more: true })
    expect(found.files).toHaveLength(20)
  })

  test.each<[string, Partial<WorkspacePort>]>([
    ['stat hangs', { stat: () => new Promise(() => undefined) }],
    ['counting hangs', { listFiles: () => new Promise(() => undefined) }],
    ['stat fails', { stat: () => Promise.reject(new Error('gone')) }],
    ['counting fails', { listFiles: () => Promise.reject(new Error('gone')) }],
  ])('%s: what is not known is said', async (_name, port) => {
    expect(await last('rm -rf a', { port: fake(port), timeoutMs: 5 })).toBe(
      "!Deletes a. Drover can't tell how many files.",
    )
  })

  test('what a repository makes git run is said, and asked about', async () => {
    repository()
    expect(await last('git status')).toBe('Shows what changed in the working tree.')
    git('config', 'core.fsmonitor', './watch.sh')
    git('config', 'diff.x.textconv', 'cat')
    expect(await last('git status')).toBe(
      '!Shows what changed in the working tree. The settings of the repository make git run a program: core.fsmonitor and diff.x.textconv.',
    )
    git('config', 'core.fsmonitor', 'true')
    git('config', '--unset', 'diff.x.textconv')
    expect(await last('git diff')).toBe('Shows changes.')
    file('.git/hooks/post-index-change')
    expect(await last('git diff')).toMatch(/^!.*the hook post-index-change\.$/)
  })

  test('a folder of a clone that is a repository itself counts', async () => {
    repository()
    git('init', '-q', '--bare', 'sub')
    git('--git-dir=sub', 'config', 'core.fsmonitor', './watch.sh')
    expect(await last('cd sub && git status')).toMatch(/^!.*core\.fsmonitor\.$/)
    expect(await last('git status')).toBe('Shows what changed in the working tree.')
  })

  test('git hangs or fails: only that is not known', async () => {
    const text = "!Deletes 1 file. Drover can't tell which are in git."
    const controller = new AbortController()
    const hangs: WorkspacePort['trackedFiles'] = () => {
      controller.abort()
      return new Promise(() => undefined)
    }
    expect(await last('rm -rf a', { port: fake({ trackedFiles: hangs }), signal: controller.signal })).toBe(text)
    expect(await last('rm -rf a', { port: fake({ trackedFiles: () => Promise.reject(new Error('no git')) }) })).toBe(
      text,
    )
  })

  test('an ended signal looks at nothing', async () => {
    const asked: string[] = []
    const port = fake({
      stat: async (path) => {
        asked.push(path)
        return { kind: 'file', outside: false, leadsOutside: false }
      },
    })
    expect(await last('rm -rf a', { port, signal: AbortSignal.abort() })).toMatch(/can't tell how many/)
    expect(asked).toEqual([])
  })

  test('paths outside are never looked at', async () => {
    const asked: string[] = []
    const port = fake({
      stat: async (path) => {
        asked.push(path)
        return { kind: 'file', outside: false, leadsOutside: false }
      },
    })
    expect(await last('rm -rf /etc ../x $HOME a; cat ~/.ssh/id', { port })).toBeDefined()
    expect(await last('rm -rf /etc ../x', { port })).toBe(
      "!Deletes /etc and ../x. Drover can't tell how many files. Outside the workspace: /etc and ../x.",
    )
    expect(asked).toEqual([])
  })
})

/** One file, `a`, that git tracks. */
function fake(change: Partial<WorkspacePort>): WorkspacePort {
  return {
    stat: async () => ({ kind: 'file', outside: false, leadsOutside: false }),
    listFiles: async (path) => ({ files: [path], more: false }),
    trackedFiles: async (path) => [path],
    globLeadsOutside: async () => false,
    gitPrograms: async () => [],
    ...change,
  }
}
