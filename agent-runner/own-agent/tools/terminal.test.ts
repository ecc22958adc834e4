import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RunId } from '#shared/ids.ts'
import { systemClock } from '../../clock.ts'
import { createDirectProvider } from '../../sandbox/direct.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { noHiding } from '../../secrets/hiding.ts'
import { createAgentTerminals } from '../../terminals/agent-terminals.ts'
import { createTerminals, type Terminals } from '../../terminals/terminals.ts'
import { createTurns } from './in-turn.ts'
import { terminalTools } from './terminal.ts'
import type { OwnTool, ToolAnswer } from './tool.ts'

const runId = RunId.parse('0190a000-0000-7000-8000-0000000000b0')
let folder: string
let sandbox: Sandbox
let terminals: Terminals
let tools: OwnTool[]
let asked: unknown[] = []
let denies = false

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
    tell: () => {},
    keep: () => {},
    send: () => {},
    opened: () => 0,
    note: () => {},
    mayReach: () => true,
  })
  terminals.setPlace(sandbox)
  const around = { sandbox, outputs: `${home}/outputs`, rulesFor: async () => '', inTurn: createTurns() }
  tools = terminalTools({ ...around, terminals: createAgentTerminals(terminals) })
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
