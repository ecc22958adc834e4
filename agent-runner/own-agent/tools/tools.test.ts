import { execFileSync } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { RunId } from '#shared/ids.ts'
import { createDirectProvider } from '../../sandbox/direct.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { ownTools } from './all.ts'
import { createTurns } from './in-turn.ts'
import { openMcpTools } from './mcp.ts'
import type { OwnTool, ToolAnswer } from './tool.ts'

let folder: string
let sandbox: Sandbox
let tools: OwnTool[]
let asked: unknown[]
let denies: boolean
/** Happens between the question and its answer. */
let meanwhile: () => Promise<void>

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'drover-tools-')))
  const [workspace = '', home = '', tmp = ''] = await Promise.all(
    ['workspace', 'home', 'tmp'].map(async (name) => {
      await mkdir(join(folder, name))
      return join(folder, name)
    }),
  )
  const provider = createDirectProvider({ path: process.env['PATH'] ?? '', lang: 'C.UTF-8', runFolder: () => folder })
  const runId = RunId.parse('0190a000-0000-7000-8000-0000000000ab')
  sandbox = await provider.start({ runId, workspace, home, tmp, tools: [] })
  execFileSync('git', ['init', '-q'], { cwd: workspace })
  const around = { sandbox, outputs: `${home}/outputs`, rulesFor: async () => '', inTurn: createTurns() }
  tools = ownTools({ around, tellTasks: async () => {} })
})
afterAll(async () => {
  await sandbox.dispose()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(() => {
  asked = []
  denies = false
  meanwhile = async () => {}
})

const file = (name: string): string => join(sandbox.workspace, name)

async function use(name: string, input: unknown, from = tools): Promise<ToolAnswer> {
  const prepared = from.find((one) => one.name === name)?.prepare(input)
  if (prepared === undefined || typeof prepared === 'string') throw new Error(prepared ?? `no ${name}`)
  return prepared.run({
    id: 'call-1',
    signal: new AbortController().signal,
    update: async () => {},
    ask: async (more) => {
      asked.push({ ...prepared.shown, ...more })
      await meanwhile()
      return denies ? { text: 'It was denied.', isError: true } : undefined
    },
  })
}

describe('reading', () => {
  test('parts of a file, what is left of it, and its end', async () => {
    await writeFile(file('lines.txt'), Array.from({ length: 30 }, (_, n) => `line ${n + 1}`).join('\n'))
    const { text } = await use('read', { path: 'lines.txt', firstLine: 10, lines: 2 })
    expect(text).toBe('10\tline 10\n11\tline 11\n\n[lines 10 to 11 of 30]')
    expect((await use('read', { path: 'lines.txt', firstLine: 99 })).text).toContain('none from line 99')
    expect(await use('read', { path: 'no.txt' })).toMatchObject({ text: 'There is no no.txt.', isError: true })
    expect(asked).toEqual([])
  })

  test('a picture goes to the model as one, and a binary file is named', async () => {
    const png = Buffer.from('89504e470d0a1a0a00', 'hex')
    await writeFile(file('a.png'), png)
    await writeFile(file('a.bin'), Buffer.from([1, 0, 2]))
    expect((await use('read', { path: 'a.png' })).images).toEqual([
      { data: png.toString('base64'), mediaType: 'image/png' },
    ])
    expect((await use('read', { path: 'a.bin' })).text).toContain('a.bin is binary, 3 bytes')
  })
})

describe('changing', () => {
  test('keeps line ends and mode, and makes folders', async () => {
    await writeFile(file('run.sh'), '#!/bin/sh\r\necho one\r\n')
    await chmod(file('run.sh'), 0o755)
    await use('edit', { path: 'run.sh', edits: [{ old: 'echo one\n', new: 'echo two\necho three\n' }] })
    expect(await readFile(file('run.sh'), 'utf8')).toBe('#!/bin/sh\r\necho two\r\necho three\r\n')
    expect((await stat(file('run.sh'))).mode & 0o777).toBe(0o755)
    await use('write', { path: 'new/deep/a.txt', content: 'a' })
    expect(await readFile(file('new/deep/a.txt'), 'utf8')).toBe('a')
    expect(asked).toMatchObject([
      { kind: 'edit', content: [{ type: 'diff', path: file('run.sh') }] },
      { kind: 'edit', content: [{ type: 'diff', oldText: null, newText: 'a' }] },
    ])
  })

  test('two edits of one file at once both stand', async () => {
    await writeFile(file('two.txt'), 'one two')
    const edit = (old: string, next: string) => use('edit', { path: 'two.txt', edits: [{ old, new: next }] })
    const both = await Promise.all([edit('one', '1'), edit('two', '2')])
    expect(both.map(({ isError }) => isError)).toEqual([undefined, undefined])
    expect(await readFile(file('two.txt'), 'utf8')).toBe('1 2')
  })

  test('nothing is written that was denied', async () => {
    denies = true
    await writeFile(file('keep.txt'), 'keep')
    await use('write', { path: 'keep.txt', content: 'gone' })
    await use('write', { path: '../beside.txt', content: 'out' })
    expect(await readFile(file('keep.txt'), 'utf8')).toBe('keep')
    expect(asked).toMatchObject([{}, { title: expect.stringContaining('outside the workspace') }])
  })

  test('a file that changes, or becomes a link, while the question is open is left as it is', async () => {
    await writeFile(file('race.txt'), 'one')
    meanwhile = () => writeFile(file('race.txt'), 'person')
    const edits = [{ old: 'one', new: 'two' }]
    expect((await use('edit', { path: 'race.txt', edits })).isError).toBe(true)
    expect(await readFile(file('race.txt'), 'utf8')).toBe('person')

    await mkdir(file('place'))
    meanwhile = async () => {
      await rm(file('place'), { recursive: true })
      await symlink(sandbox.home, file('place'))
    }
    const answer = await use('write', { path: 'place/x.txt', content: 'x' })
    expect(answer.text).toContain('leads elsewhere now')
    await expect(stat(join(sandbox.home, 'x.txt'))).rejects.toThrow('ENOENT')
  })
})

describe('looking for', () => {
  test('files by glob, without those that Git ignores', async () => {
    await mkdir(file('src/node_modules'), { recursive: true })
    await writeFile(file('.gitignore'), 'node_modules\n*.log\n')
    await writeFile(file('src/a b.ts'), 'const needle = 1\n')
    await writeFile(file('src/x.log'), 'needle\n')
    await writeFile(file('src/node_modules/y.ts'), 'needle\n')
    expect((await use('list', { pattern: '*.ts' })).text).toBe('src/a b.ts')
    expect((await use('list', { path: 'src' })).text).toBe('a b.ts')
  })

  test('words, by line, with the shell’s own characters as they are', async () => {
    expect((await use('grep', { pattern: 'NEEDLE', ignoreCase: true })).text).toBe('src/a b.ts:1: const needle = 1')
    expect((await use('grep', { pattern: 'needle', glob: '*.md' })).text).toBe('Nothing was found.')
    expect((await use('grep', { pattern: "$(touch pwned)'; touch pwned" })).text).toBe('Nothing was found.')
    expect((await use('grep', { pattern: '(' })).isError).toBe(true)
    await expect(stat(file('pwned'))).rejects.toThrow('ENOENT')
  })
})

describe('fetching', () => {
  let http: Server
  let url: string
  beforeAll(async () => {
    http = createServer((request, response) => {
      if (request.url === '/away') response.writeHead(302, { location: 'http://example.invalid/x' }).end()
      else if (request.url === '/here') response.writeHead(301, { location: '/page' }).end()
      else if (request.url === '/page')
        response
          .setHeader('content-type', 'text/html')
          .end('<html><head><script>alert(1)</script></head><body><h1>Title</h1><p>Words &amp; more</p></body></html>')
      else response.writeHead(404).end('not there')
    })
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  })
  afterAll(() => new Promise((resolve) => http.close(resolve)))

  test('gives the text of a page after one question, and follows no redirect to another host', async () => {
    const { text } = await use('fetch', { url: `${url}/here` })
    expect(text).toMatch(/\/page: status 200, text\/html\n\nTITLE\n\nWords & more$/)
    expect(asked).toEqual([{ title: `Fetch ${url}/here`, kind: 'fetch', rawInput: { url: `${url}/here` } }])
    expect((await use('fetch', { url: `${url}/away` })).text).toContain('points to http://example.invalid/x')
    expect(await use('fetch', { url: `${url}/no` })).toMatchObject({
      isError: true,
      text: expect.stringContaining('404'),
    })
  })
})

test('a server of tools that is a program runs in the sandbox, asks, and ends with the session', async () => {
  const program = fileURLToPath(new URL('../../../test/fakes/agent-models/mcp-server.ts', import.meta.url))
  const server = { name: 'other', command: process.execPath, args: [program], env: [{ name: 'WHO', value: 'me' }] }
  const broken = { name: 'broken', command: 'no-such-program', args: [], env: [] }
  const mcp = await openMcpTools([server, broken], sandbox)
  expect(mcp.problems).toEqual([expect.stringContaining('The tools of broken can’t be used')])
  const { text } = await use('other_where', { question: 'x' }, [...mcp.tools])
  expect(text).toBe(`me in ${sandbox.workspace}: x`)
  expect(asked).toMatchObject([
    { title: 'other: where', rawInput: { question: 'x' }, _meta: { 'drover/mcp': { tool: 'where' } } },
  ])
  denies = true
  expect((await use('other_where', { question: 'x' }, [...mcp.tools])).isError).toBe(true)
  await mcp.close()
})
