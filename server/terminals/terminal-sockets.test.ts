import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import type { Role } from '#shared/domain/team.ts'
import { RunId, TeamId, TerminalId, UserId } from '#shared/ids.ts'
import { TerminalDown, terminalProtocol, type TerminalAsk, type TerminalUp } from '#shared/protocol/terminal.ts'
import type { Actor } from '../auth/actor.ts'
import { createTerminalSockets } from './terminal-sockets.ts'

const runId = RunId.parse('0190a000-0000-7000-8000-0000000000c5')
const ask: TerminalAsk = {
  type: 'open',
  terminalId: TerminalId.parse('0190a000-0000-7000-8000-0000000000c6'),
  size: { cols: 80, rows: 24 },
}

async function open(role: Role, { mayEnter = true } = {}) {
  const asked: TerminalAsk[] = []
  const closed: number[] = []
  const got: TerminalDown[] = []
  let now = 1000
  const sockets = createTerminalSockets({
    relay: {
      join: () => ({
        watch: () => {},
        unwatch: () => {},
        ack: () => {},
        ask: (one) => asked.push(one),
        refresh: () => {},
        leave: () => {},
      }),
    },
    access: { teamOf: async () => TeamId.parse('team') },
    store: { read: async () => ({ rows: [] }) as never },
    actorAgain: async () => undefined,
    now: () => now,
    sessionCheckMs: 60_000,
    onError: (error) => {
      throw error
    },
  })
  const socket = Object.assign(new EventEmitter(), {
    OPEN: 1,
    readyState: 1,
    bufferedAmount: 0,
    send: (text: string) => got.push(TerminalDown.parse(JSON.parse(text))),
    close: (code: number) => closed.push(code),
  })
  const actor = { userId: UserId.parse('ana'), teamId: TeamId.parse('team'), role, sessionId: 's' } as unknown as Actor
  sockets.accept(socket as unknown as WebSocket, actor, { runId, mayEnter, headers: new Headers() })
  const say = (message: TerminalUp): void => void socket.emit('message', Buffer.from(JSON.stringify(message)), false)
  say({ type: 'hello', protocol: terminalProtocol, device: 'device-1' })
  return { asked, closed, got, say, socket, sockets, later: (ms: number) => (now += ms) }
}

test('those who may steer a run open and type; viewers only watch', async () => {
  const member = await open('member')
  member.say({ type: 'ask', at: 0, ask })
  await expect.poll(() => member.asked).toEqual([ask])
  const viewer = await open('viewer')
  viewer.say({ type: 'ask', at: 0, ask })
  await expect.poll(() => viewer.got).toMatchObject([{ type: 'refused', refusal: { code: 'not_allowed' } }])
  expect(viewer.asked).toEqual([])
  for (const { sockets } of [member, viewer]) sockets.close()
})

test('a run of another team is none', async () => {
  const { closed, sockets } = await open('owner', { mayEnter: false })
  expect(closed).toEqual([4004])
  sockets.close()
})

test('what the network held up is not carried out', async () => {
  const { asked, got, say, later, sockets } = await open('member')
  // Its hello is taken.
  await new Promise(setImmediate)
  later(4_000)
  say({ type: 'ask', at: 100, ask })
  await expect.poll(() => asked).toHaveLength(1)
  later(20_000)
  say({ type: 'ask', at: 4_100, ask })
  await expect.poll(() => got).toMatchObject([{ type: 'refused', refusal: { code: 'stale' } }])
  expect(asked).toHaveLength(1)
  sockets.close()
})

test('what is no message ends the connection', async () => {
  const { closed, socket, sockets } = await open('member')
  socket.emit('message', Buffer.from('{"type":"what"}'), false)
  await expect.poll(() => closed).toEqual([4009])
  sockets.close()
})
