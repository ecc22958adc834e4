import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunTerminal } from '#shared/domain/terminal.ts'
import { RunId, TerminalId, UserId } from '#shared/ids.ts'
import { systemClock } from '../../clock.ts'
import { createDirectProvider } from '../../sandbox/direct.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { noHiding } from '../../secrets/hiding.ts'
import { createAgentTerminals } from '../../terminals/agent-terminals.ts'
import { createTerminals, type Terminals } from '../../terminals/terminals.ts'
import { createTurns } from './in-turn.ts'
import { shellTool } from './shell.ts'
import { terminalTools } from './terminal.ts'
import type { OwnTool, ToolAnswer } from './tool.ts'

const runId = RunId.parse('0190a000-0000-7000-8000-0000000000b0')
let folder: string
let sandbox: Sandbox
let terminals: Terminals
let tools: OwnTool[]
let asked: unknown[] = []
let denies = false
const rows = new Map<TerminalId, RunTerminal>()

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'drover-terminal-tools-')))
  const [workspace = '', home = '', tmp = ''] = await Promise.all(
    ['workspace', 'home', 'tmp'].map(async (name) => {
      await mkdir(join(folder, name))
      return join(folder, name)
    }),
  )
  const provider = createDirectProvider({ path: process.env['PATH'] ?? '', lang: 'C.UTF-8', runFolder: () => folder })
  sandbox = await provider.start({ runId, workspace, home, tmp, tools: [] })
  terminals = createTerminals({
    runId,
    clock: systemClock,
    hiding: noHiding,
    folder: join(folder, 'terminals'),
    tell: (row) => void rows.set(row.id, row),
    keep: () => {},
    send: () => {},
    opened: () => 0,
    note: () => {},
    mayReach: () => true,
  })
  terminals.setPlace(sandbox)
  const around = { sandbox, outputs: `${home}/outputs`, rulesFor: async () => '', inTurn: createTurns() }
  const given = { ...around, terminals: createAgentTerminals(terminals) }
  tools = [shellTool(given), ...terminalTools(given)]
})
afterAll(async () => {
  await terminals.endAll('put_away')
  await sandbox.dispose()
  await rm(folder, { recursive: true, force: true })
})

async function use(name: string, input: unknown): Promise<ToolAnswer> {
  const prepared = tools.find((one) => one.name === name)?.prepare(input)
  if (prepared === undefined || typeof prepared === 'string') throw new Error(prepared ?? `no ${name}`)
  return prepared.run({
    id: 'call-1',
    signal: new AbortController().signal,
    update: async () => {},
    ask: async (more) => {
      asked.push({ ...prepared.shown, ...more })
      return denies ? { text: 'It was denied.', isError: true } : undefined
    },
  })
}

test('a program that asks is answered, each write is asked about with its exact keys, and it is ended', async () => {
  const command = 'read -p "ok? " a; echo "it is $a"; cat'
  const started = await use('terminal_start', { command, description: 'Set it up' })
  expect(started.text).toBe('It runs in the terminal t1.\nIt printed:\nok?\n\nThe command goes on in t1.')

  denies = true
  expect(await use('terminal_write', { terminal: 't1', text: 'no' })).toMatchObject({ text: 'It was denied.' })
  denies = false
  const written = await use('terminal_write', { terminal: 't1', text: 'yes', keys: ['Enter'] })
  expect(written.text).toContain('it is yes')
  expect(asked.slice(1)).toMatchObject([
    { title: 'Write to “Set it up”', rawInput: 'no', _meta: { 'drover/terminal': 't1' } },
    { title: 'Write to “Set it up”', rawInput: 'yes‹Enter›', _meta: { 'drover/terminal': 't1' } },
  ])
  expect((await use('terminal_read', { terminal: 't1', waitSeconds: 1 })).text).toContain('It printed nothing new.')
  expect((await use('terminal_stop', { terminal: 't1' })).text).toContain('The command has ended')
  expect(await use('terminal_write', { terminal: 't7', text: 'x' })).toMatchObject({
    text: 'There is no terminal t7. None is open.',
    isError: true,
  })
})

const mara = { device: 'desk', userId: UserId.parse('mara'), name: 'Mara' }
const lane = (): RunTerminal | undefined =>
  [...rows.values()].find(({ title, end }) => title === 'Commands of the agent' && end === undefined)
const printed = (): string => terminals.get(TerminalId.parse(lane()?.id))?.ring.tail(4_000) ?? ''

test('plain commands run in one terminal of the agent, one below the other; the model reads them without colours', async () => {
  const command = 'printf "\\033[31mred\\033[0m\\n"; test -t 0 && echo terminal; git --version | cat; exit 3'
  const first = await use('shell', { command })
  expect(first.text).toMatch(/^red\nterminal\ngit version [^\n]+\n\nExit code 3\.$/)
  expect(first.isError).toBe(true)
  expect((await use('shell', { command: 'pwd', cwd: '..' })).text).toContain(folder)
  expect(printed()).toMatch(/\$ printf [^]*red[^]*\$ pwd/)
  expect([...rows.values()].filter(({ title }) => title.startsWith('Commands'))).toHaveLength(1)
})

test('a person who takes a command over types into it, its time stands still meanwhile, and the agent is told', async () => {
  const running = use('shell', { command: 'read -p "name? " a; echo "hello $a"', timeoutSeconds: 2 })
  await expect.poll(printed).toMatch(/name\? $/)
  const terminalId = TerminalId.parse(lane()?.id)
  await terminals.ask(mara, { type: 'take', terminalId, size: { cols: 80, rows: 24 } })
  await terminals.ask(mara, { type: 'input', terminalId, seq: 1, data: 'Jo\r' })
  expect((await running).text).toBe('name? Jo\nhello Jo\n\nMara took over its terminal meanwhile. Exit code 0.')
  // It is the agent's again.
  expect(terminals.get(terminalId)?.writer().kind).toBe('agent')
})

test('commands at the same time have a terminal each, and beyond three they run without one', async () => {
  const all = await Promise.all(
    Array.from({ length: 5 }, (_, n) => use('shell', { command: `sleep 0.3; echo ${n}; test -t 0 && echo seen` })),
  )
  expect(all.map(({ text }) => text.includes('seen'))).toEqual([true, true, true, false, false])
  expect(all.map(({ text }) => text.slice(0, 1))).toEqual(['0', '1', '2', '3', '4'])
})

test('a command that takes too long is ended with what it started; what it left in the background before goes on', async () => {
  const file = join(folder, 'beat')
  const left = await use('shell', {
    command: `(while sleep 0.1; do date +%N > ${file}; done) > /dev/null 2>&1 & echo $!`,
  })
  const late = await use('shell', { command: 'sleep 314.15 & echo $!; sleep 314.15', timeoutSeconds: 1 })
  expect(late.text).toContain('It was ended after 1 seconds.')
  const beat = await readFile(file, 'utf8').catch(() => '')
  await expect.poll(() => readFile(file, 'utf8').catch(() => '')).not.toBe(beat)
  const pid = (text: string): number => Number(/^\d+/.exec(text)?.[0])
  // Nothing, or what nobody has asked after yet.
  const state = () => spawnSync('ps', ['-o', 'stat=', '-p', `${pid(late.text)}`]).stdout.toString()
  await expect.poll(state).toMatch(/^(?:Z.*)?\s*$/)
  process.kill(pid(left.text))
})

test('a flood is bounded, and what it printed last is there', async () => {
  const { text } = await use('shell', { command: 'seq 1 2000000' })
  expect(text).toMatch(/^1\n2\n[^]*bytes are left out; the whole is in [^]*\n2000000\n\nExit code 0\.$/)
  expect(printed()).toMatch(/2000000\r\n$/)
})

test('a terminal that a person closed is opened anew with the next command', async () => {
  const id = TerminalId.parse(lane()?.id)
  await terminals.ask(mara, { type: 'take', terminalId: id, size: { cols: 80, rows: 24 } })
  await terminals.ask(mara, { type: 'close', terminalId: id })
  await expect.poll(() => terminals.get(id)?.end()).toBeDefined()
  expect((await use('shell', { command: 'echo again' })).text).toBe('again\n\nExit code 0.')
  expect(lane()?.id).not.toBe(id)
})
