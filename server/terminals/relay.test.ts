import { expect, test } from 'vitest'
import { RunId, RunnerId, TeamId, TerminalId, UserId } from '#shared/ids.ts'
import type { RunnerDown } from '#shared/protocol/runner-link.ts'
import type { LiveTerminal, TerminalDown } from '#shared/protocol/terminal.ts'
import type { ConnectedRunner } from '../runners/registry.ts'
import { createTerminalRelay, type TerminalPage } from './relay.ts'

const runId = RunId.parse('0190a000-0000-7000-8000-0000000000c0')
const terminalId = TerminalId.parse('0190a000-0000-7000-8000-0000000000c1')
const [teamId, userId] = [TeamId.parse('team'), UserId.parse('ana')]
const live: LiveTerminal = {
  id: terminalId,
  owner: { kind: 'person', userId },
  title: 'Shell of Ana',
  size: { cols: 80, rows: 24 },
  startedAt: 1,
  writer: { kind: 'nobody' },
  start: 0,
  length: 0,
}

function openRelay() {
  const sent: RunnerDown[] = []
  const runner: ConnectedRunner = {
    id: RunnerId.parse('0190a000-0000-7000-8000-0000000000c2'),
    teamId,
    keyId: 'key',
    name: 'one',
    hostName: 'host',
    capacity: 1,
    sandboxes: [],
    harnesses: [],
    takesContext: true,
    takesRegistryLogins: true,
    looksAtPulls: true,
    takesAttachments: true,
    takesSnapshots: true,
    publishes: true,
    takesEnvironments: true,
    takesFiles: true,
    takesProfiles: true,
    takesTerminals: true,
    draining: false,
    runs: new Set(),
    send: (message) => sent.push(message),
    hold: () => {},
    release: () => {},
    close: () => {},
  }
  let here: ConnectedRunner | undefined = runner
  const relay = createTerminalRelay({
    runners: { get: () => here },
    jobs: { job: async () => ({ runId, teamId, runnerId: runner.id, turn: 1, phase: 'ended', ackedSeq: 0 }) as never },
    onError: (error) => {
      throw error
    },
  })
  let offset = 0
  return {
    relay,
    runner,
    sent,
    lose: () => {
      here = undefined
      relay.lost(runner.id)
    },
    comeBack: () => {
      here = runner
      relay.connected(runner)
    },
    tell: () => relay.take(runner, { type: 'terminals', runId, place: 'ready', terminals: [live] }),
    print: (data: string) => {
      relay.take(runner, { type: 'terminal_output', runId, terminalId, offset, data })
      offset += data.length
    },
  }
}

async function join(relay: ReturnType<typeof openRelay>['relay'], device: string) {
  const got: TerminalDown[] = []
  const port = { send: (message: TerminalDown) => got.push(message), bufferedBytes: () => 0, mayWrite: () => true }
  const page: TerminalPage = relay.join({ runId, teamId, device, userId, name: 'Ana' }, port)
  await Promise.resolve()
  await Promise.resolve()
  const outputs = () => got.flatMap((one) => (one.type === 'output' ? [one] : []))
  return {
    page,
    got,
    outputs,
    text: () =>
      outputs()
        .map(({ data }) => data)
        .join(''),
  }
}

test('a page that does not read is skipped ahead and holds up neither the others nor the runner', async () => {
  const { relay, sent, tell, print } = openRelay()
  const [quick, slow] = [await join(relay, 'device-quick'), await join(relay, 'device-slow1')]
  tell()
  for (const { page } of [quick, slow]) page.watch(terminalId, undefined)
  let printed = 0
  for (let at = 0; at < 100; at++) {
    print('x'.repeat(16_000))
    printed += 16_000
    quick.page.ack(terminalId, printed)
  }
  expect(quick.text()).toHaveLength(printed)
  expect(slow.text().length).toBeLessThanOrEqual(128_000)
  expect(sent.filter(({ type }) => type === 'terminal_ack').at(-1)).toMatchObject({ offset: printed })
  const before = slow.outputs().length
  slow.page.ack(terminalId, 128_000)
  const [next] = slow.outputs().slice(before)
  expect(next).toMatchObject({ reset: true, old: printed })
  expect(next?.offset).toBeGreaterThan(128_000)
})

test('a page that comes again goes on where it was; one from another life begins anew', async () => {
  const { relay, tell, print } = openRelay()
  const first = await join(relay, 'device-first')
  tell()
  first.page.watch(terminalId, undefined)
  print('one two ')
  const again = await join(relay, 'device-again')
  again.page.watch(terminalId, 4)
  expect(again.outputs()).toMatchObject([{ offset: 4, data: 'two ', reset: false }])
  const other = await join(relay, 'device-other')
  other.page.watch(terminalId, 9000)
  expect(other.outputs()).toMatchObject([{ offset: 0, data: 'one two ', reset: true }])
})

test('a runner that comes back is asked for what is missing and told who is there; meanwhile pages know', async () => {
  const { relay, sent, tell, print, lose, comeBack } = openRelay()
  const { page, got } = await join(relay, 'device-here1')
  tell()
  page.watch(terminalId, undefined)
  print('some')
  lose()
  expect(got.at(-1)).toMatchObject({ type: 'state', place: 'no_runner', terminals: [{ id: terminalId }] })
  page.ask({ type: 'release', terminalId })
  await Promise.resolve()
  expect(got.at(-1)).toMatchObject({ type: 'refused', refusal: { code: 'no_runner' } })
  sent.length = 0
  comeBack()
  expect(sent).toEqual([
    { type: 'terminal_watch', runId, on: true, have: [{ terminalId, offset: 4 }] },
    { type: 'terminal_presence', runId, device: 'device-here1', here: true },
  ])
  page.leave()
  expect(sent.slice(2)).toEqual([
    { type: 'terminal_presence', runId, device: 'device-here1', here: false },
    { type: 'terminal_watch', runId, on: false, have: [] },
  ])
})
