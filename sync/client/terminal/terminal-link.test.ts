import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { TerminalId } from '#shared/ids.ts'
import type { TerminalDown, TerminalUp } from '#shared/protocol/terminal.ts'
import { createTerminalLink, type TerminalLink, type TerminalPiece } from './terminal-link.ts'

const id = TerminalId.parse('0190a000-0000-7000-8000-0000000000b1')

/** A socket as browsers have it; the test is its other side. */
class FakeSocket {
  static readonly OPEN = 1
  readyState = 0
  readonly sent: TerminalUp[] = []
  onopen: (() => void) | undefined
  onmessage: ((event: { data: string }) => void) | undefined
  onclose: ((event: { code: number }) => void) | undefined
  send(text: string): void {
    this.sent.push(JSON.parse(text) as TerminalUp)
  }
  close(): void {
    this.readyState = 3
  }
  open(): void {
    this.readyState = 1
    this.onopen?.()
    this.say({ type: 'state', place: 'ready', terminals: [], mayWrite: true })
  }
  say(message: TerminalDown): void {
    this.onmessage?.({ data: JSON.stringify(message) })
  }
}

let sockets: FakeSocket[]
let link: TerminalLink
let pieces: TerminalPiece[]
let ticks: number
const last = (): FakeSocket => sockets.at(-1) as FakeSocket
const text = (): string => pieces.map((piece) => piece.data).join('')
const output = (offset: number, data: string, reset = false): void =>
  last().say({ type: 'output', terminalId: id, offset, data, reset, ...(reset ? { old: offset + data.length } : {}) })
const typed = (): string[] =>
  sockets.flatMap(({ sent }) =>
    sent.flatMap((one) => (one.type === 'ask' && one.ask.type === 'input' ? [one.ask.data] : [])),
  )

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('WebSocket', FakeSocket)
  sockets = []
  pieces = []
  ticks = 0
  link = createTerminalLink({
    url: 'ws://a',
    device: 'device-1',
    createSocket: () => {
      sockets.push(new FakeSocket())
      return last() as unknown as WebSocket
    },
    now: () => ticks,
    ticks: () => ticks,
    random: () => 0.5,
    onState: () => {},
    onOpen: () => {},
    onRefused: () => {},
    onEnd: () => {},
  })
  last().open()
  link.watch(id, (piece) => pieces.push(piece))
})
afterEach(() => {
  link.close()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

test('after a break the output goes on where it stood, without a gap or a repeat', () => {
  output(0, 'one ', true)
  output(4, 'two ')
  last().onclose?.({ code: 1006 })
  vi.advanceTimersByTime(1000)
  last().open()
  expect(last().sent).toContainEqual({ type: 'watch', terminalId: id, from: 8 })
  output(4, 'two three ')
  output(4, 'two three ')
  expect(text()).toBe('one two three ')
  expect(pieces.map(({ isOld }) => isOld)).toEqual([true, false, false])
  // A hole is asked for again, and not shown.
  output(30, 'later')
  expect(text()).toBe('one two three ')
  expect(last().sent.at(-1)).toEqual({ type: 'watch', terminalId: id, from: 14 })
})

test('what is typed without a connection is told so and never sent', () => {
  expect(link.type(id, 'a')).toBe(true)
  link.rest()
  expect(link.type(id, 'b')).toBe(false)
  vi.advanceTimersByTime(60_000)
  expect(sockets).toHaveLength(1)
  link.wake()
  expect(link.type(id, 'c')).toBe(false)
  last().open()
  expect(link.type(id, 'd')).toBe(true)
  expect(typed()).toEqual(['a', 'd'])
  const seqs = sockets.flatMap(({ sent }) =>
    sent.flatMap((one) => (one.type === 'ask' && one.ask.type === 'input' ? [one.ask.seq] : [])),
  )
  expect(seqs).toEqual([1, 2])
})

test('a connection whose words come too late is opened anew', () => {
  last().say({ type: 'refused', ask: 'input', terminalId: id, refusal: { code: 'stale' } })
  expect(link.isOpen()).toBe(false)
  vi.advanceTimersByTime(1000)
  ticks = 9000
  last().open()
  ticks = 9007
  link.type(id, 'x')
  expect(last().sent.at(-1)).toMatchObject({ at: 7 })
})

test('what was drawn is acknowledged in steps, and at the end of what there is', () => {
  output(0, 'x'.repeat(10_000), true)
  output(10_000, 'x'.repeat(10_000))
  link.drawn(id, 10_000)
  expect(last().sent.filter(({ type }) => type === 'ack')).toEqual([])
  link.drawn(id, 20_000)
  expect(last().sent.at(-1)).toEqual({ type: 'ack', terminalId: id, offset: 20_000 })
})
