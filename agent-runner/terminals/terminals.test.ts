import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { RunTerminal } from '#shared/domain/terminal.ts'
import { RunId, TerminalId, UserId } from '#shared/ids.ts'
import type { RunnerUp } from '#shared/protocol/runner-link.ts'
import { systemClock } from '../clock.ts'
import { createDirectProvider } from '../sandbox/direct.ts'
import { findRunProcesses } from '../sandbox/process-tree.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { createHiding, noHiding, type Hiding } from '../secrets/hiding.ts'
import { createAgentTerminals, plainText } from './agent-terminals.ts'
import { createTerminals, type Terminals } from './terminals.ts'

const runId = RunId.parse('0190a000-0000-7000-8000-0000000000ac')
const id = TerminalId.parse('0190a000-0000-7000-8000-0000000000ad')
const size = { cols: 80, rows: 24 }
const [ana, jo] = ['Ana', 'Jo'].map((name) => ({
  name,
  userId: UserId.parse(name.toLowerCase()),
  device: `device-of-${name}`,
})) as [Asker, Asker]
type Asker = { name: string; userId: UserId; device: string }

let folder: string
let sandbox: Sandbox
let terminals: Terminals
let sent: RunnerUp[]
let rows: Map<string, RunTerminal>
let kept: string[]
let notes: string[]
/** The turn works with secrets of Ana's own. */
let isPrivate = false

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'drover-terminals-')))
  const [workspace = '', home = '', tmp = ''] = await Promise.all(
    ['workspace', 'home', 'tmp'].map(async (name) => {
      await mkdir(join(folder, name))
      return join(folder, name)
    }),
  )
  const provider = createDirectProvider({ path: process.env['PATH'] ?? '', lang: 'C.UTF-8', runFolder: () => folder })
  sandbox = await provider.start({ runId, workspace, home, tmp, tools: [] })
  open()
})
afterEach(async () => {
  await terminals.endAll('put_away')
  await sandbox.dispose()
  await rm(folder, { recursive: true, force: true })
})

function open(hiding: Hiding = noHiding): void {
  sent = []
  rows = new Map()
  kept = []
  notes = []
  terminals = createTerminals({
    runId,
    clock: systemClock,
    hiding,
    folder: join(folder, 'terminals'),
    tell: (row) => rows.set(row.id, row),
    keep: (_row, { file }) => kept.push(file ?? 'no file'),
    send: (message) => sent.push(message),
    opened: () => rows.size,
    note: (sentence) => notes.push(sentence),
    mayReach: (userId) => !isPrivate || userId === ana.userId,
  })
  terminals.setPlace(sandbox)
  terminals.watch(true, [])
}

let seq = 0
const typeAs = (who: Asker, data: string): Promise<void> =>
  terminals.ask(who, { type: 'input', terminalId: id, seq: ++seq, data })
const told = (): string => sent.map((one) => (one.type === 'terminal_output' ? one.data : '')).join('')
const refusals = (): unknown[] =>
  sent.filter((one) => one.type === 'terminal_refused').map(({ refusal }) => refusal.code)
const until = (seen: () => boolean): Promise<boolean> => vi.waitUntil(seen, { timeout: 10_000, interval: 10 })

describe('a person’s shell', () => {
  test('works in the workspace; keys come once, sizes are heard, and its end is told', async () => {
    await terminals.ask(ana, { type: 'open', terminalId: id, size: { cols: 91, rows: 17 } })
    await terminals.ask(ana, { type: 'open', terminalId: id, size })
    await typeAs(ana, 'echo "in $PWD"; stty size; echo $((6*7))\r')
    await until(() => told().includes('17 91') && told().includes('42'))
    expect(told()).toContain(`in ${sandbox.workspace}`)
    await terminals.ask(ana, { type: 'resize', terminalId: id, size: { cols: 70, rows: 12 } })
    const twice = { type: 'input', terminalId: id, seq: ++seq, data: 'stty size; n=$((n+1)); echo "n=$n"\r' } as const
    await Promise.all([terminals.ask(ana, twice), terminals.ask(ana, twice)])
    await typeAs(ana, 'echo "then n=$n"; exit 3\r')
    await terminals.get(id)?.ended
    expect(told()).toContain('12 70')
    expect(told()).toContain('then n=1')
    expect(rows.get(id)).toMatchObject({ end: { why: 'exited', exitCode: 3 }, owner: { userId: 'ana' } })
    expect(rows.get(id)?.tail).toContain('then n=1')
    expect(rows.get(id)?.length).toBe(told().length)
  })

  test('has one writer: another takes over by a press, and who left is not waited for', async () => {
    await terminals.ask(ana, { type: 'open', terminalId: id, size })
    await typeAs(jo, 'echo never\r')
    expect(refusals()).toEqual(['conflict'])
    await terminals.ask(jo, { type: 'take', terminalId: id, size })
    await typeAs(ana, 'echo never\r')
    await typeAs(jo, 'echo "jo $((1+1))"\r')
    await until(() => told().includes('jo 2'))
    expect(refusals()).toEqual(['conflict', 'conflict'])
    expect(told()).not.toContain('never')
    terminals.presence(jo.device, false)
    expect(terminals.get(id)?.writer()).toMatchObject({ kind: 'person', awaySince: expect.any(Number) })
    terminals.presence(jo.device, true)
    expect(terminals.get(id)?.writer()).toEqual({ kind: 'person', userId: jo.userId, device: jo.device })
    await terminals.ask(jo, { type: 'release', terminalId: id })
    expect(terminals.get(id)?.writer()).toEqual({ kind: 'nobody' })
  })

  test('of a turn with secrets of one person is for that person alone', async () => {
    isPrivate = true
    await terminals.ask(ana, { type: 'open', terminalId: id, size })
    await terminals.ask(jo, { type: 'take', terminalId: id, size })
    await terminals.ask(jo, { type: 'open', terminalId: TerminalId.parse(runId), size })
    expect(refusals()).toEqual(['not_allowed', 'not_allowed'])
    expect(terminals.get(id)?.writer()).toMatchObject({ userId: ana.userId })
    isPrivate = false
  })

  test('that floods waits for who reads it; without a reader it runs on in bounded memory', async () => {
    await terminals.ask(ana, { type: 'open', terminalId: id, size })
    const shell = terminals.get(id)
    await typeAs(ana, 'yes\r')
    // Nobody acknowledges: what is told stays below the window, and the program stands still.
    await until(() => told().length >= 128_000)
    let before = -1
    await until(() => {
      const stands = before === shell?.ring.end()
      before = shell?.ring.end() ?? 0
      return stands
    })
    expect(told().length).toBeLessThanOrEqual(128_000)
    terminals.lost()
    await until(() => (shell?.ring.end() ?? 0) > 4_200_000)
    expect((shell?.ring.end() ?? 0) - (shell?.ring.start() ?? 0)).toBeLessThanOrEqual(2 * 256_000)
    // Who comes back is told what there is, from where it is.
    sent = []
    terminals.watch(true, [{ terminalId: id, offset: 100 }])
    await until(() => told().length > 0)
    expect(sent.find((one) => one.type === 'terminal_output')?.offset).toBeGreaterThan(100)
    await terminals.ask(ana, { type: 'take', terminalId: id, size })
    await terminals.ask(ana, { type: 'close', terminalId: id })
    await shell?.ended
    expect(rows.get(id)).toMatchObject({ end: { why: 'closed' } })
    // More than is kept of one.
    expect(kept).toEqual(['no file'])
  })

  test('shows no secret, however it is cut, and holds back no prompt', async () => {
    open(createHiding([{ name: 'TOKEN', texts: ['a-secret-value'] }]))
    await terminals.ask(ana, { type: 'open', terminalId: id, size })
    await typeAs(ana, 'printf a-secr; printf "et-value|"; printf "a-"; read x\r')
    await until(() => told().endsWith('a-'))
    expect(told()).toContain('[secret TOKEN]|')
    expect(told().replaceAll('printf a-secr; printf "et-value|"', '')).not.toContain('secret-value')
  })

  test('goes with the sandbox, and there is none where there is no sandbox', async () => {
    await terminals.ask(ana, { type: 'open', terminalId: id, size })
    await typeAs(ana, 'sleep 100\r')
    await until(() => told().includes('sleep'))
    await terminals.endAll('put_away')
    expect(rows.get(id)).toMatchObject({ end: { why: 'put_away' } })
    await sandbox.kill()
    expect(await findRunProcesses(runId, folder)).toEqual([])
    const other = TerminalId.parse('0190a000-0000-7000-8000-0000000000ae')
    await terminals.ask(ana, { type: 'open', terminalId: other, size })
    expect(refusals()).toEqual(['run_ended'])
  })
})

describe('a command of the agent', () => {
  const signal = new AbortController().signal

  test('answers its questions; while a person has it the agent waits, and hears what happened', async () => {
    const own = createAgentTerminals(terminals)
    const script = 'printf "name? "; read a; echo "hello $a"; printf "more? "; read b; echo "got $b"; exit 4'
    const one = await own.start({ argv: ['sh', '-c', script], cwd: sandbox.workspace, title: 'npm init' })
    expect(await one.settle({ seconds: 10, signal })).toMatchObject({ printed: 'name?', end: undefined })
    expect(one.write('Ada\r')).toBeUndefined()
    expect((await one.settle({ seconds: 10, signal })).printed).toContain('hello Ada\nmore?')

    const [live] = sent.flatMap((message) => (message.type === 'terminals' ? message.terminals : []))
    const terminalId = live?.id ?? id
    const waiting = one.settle({ seconds: 1, signal })
    await terminals.ask(jo, { type: 'take', terminalId, size })
    expect(one.write('no\r')).toEqual({ takenBy: 'Jo' })
    await terminals.ask(jo, { type: 'input', terminalId, seq: 1, data: 'yes' })
    await until(() => told().includes('yes'))
    await terminals.ask(jo, { type: 'release', terminalId })
    expect(await waiting).toMatchObject({ printed: 'yes', takenBy: 'Jo', end: undefined })
    one.write('!\r')
    expect(await one.settle({ seconds: 10, signal })).toMatchObject({ end: { exitCode: 4 }, takenBy: undefined })
    expect(own.names()).toEqual([])
    expect(notes).toEqual(['Jo took over “npm init”.', 'Jo handed “npm init” back.'])
  })

  test('is read as a person would, and only so much of it', async () => {
    expect(plainText('\u001b[31mred\u001b[0m\r\n10%\r20%\r\n\u0007done\r\n')).toBe('red\n20%\ndone')
    const own = createAgentTerminals(terminals)
    const argv = ['sh', '-c', 'i=0; while [ $i -lt 5000 ]; do echo "line $i"; i=$((i+1)); done']
    const one = await own.start({ argv, cwd: sandbox.workspace, title: 'lines' })
    const { printed, end } = await one.settle({ seconds: 20, signal })
    expect(end).toMatchObject({ exitCode: 0 })
    expect(printed).toMatch(/^\[… \d+ characters before this are left out …\]/)
    expect(printed).toMatch(/line 4999$/)
    expect(printed.length).toBeLessThan(17_000)
  })
})
