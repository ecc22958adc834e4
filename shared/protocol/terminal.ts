import { z } from 'zod'
import { RunTerminal, TerminalOwner, TerminalEnd, TerminalSize, terminalLimits } from '../domain/terminal.ts'
import { RunId, TerminalId, UserId } from '../ids.ts'
import { Refusal } from '../refusal.ts'
import { TerminalDevice, TerminalWriter } from '../terminal/writer.ts'

/**
 * Terminals of a run: one WebSocket for each page that shows them, at `/api/terminal/<run>` (session cookie, origin checked). JSON text
 * frames. Apart from the socket of the rows, so that a flood here holds up nothing there. The same asks and states go between server
 * and runner over its link.
 */
export const terminalPath = '/api/terminal'

export const terminalProtocol = 1

/** The run that an address names. */
export function runOfTerminalPath(path: string): RunId | undefined {
  if (!path.startsWith(`${terminalPath}/`)) return undefined
  return RunId.safeParse(path.slice(terminalPath.length + 1)).data
}

const Offset = z.number().int().nonnegative()

/** What a person wants of a terminal. Nothing of it waits for a network: what can't be done now is refused. */
export const TerminalAsk = z.discriminatedUnion('type', [
  /** A shell in the workspace. The same id again opens nothing. */
  z.object({ type: z.literal('open'), terminalId: TerminalId, size: TerminalSize }),
  z.object({ type: z.literal('take'), terminalId: TerminalId, size: TerminalSize }),
  z.object({ type: z.literal('release'), terminalId: TerminalId }),
  /** `seq` counts what this device types, so that nothing is typed twice. */
  z.object({
    type: z.literal('input'),
    terminalId: TerminalId,
    seq: z.number().int().positive(),
    data: z.string().min(1).max(terminalLimits.inputUnits),
  }),
  z.object({ type: z.literal('resize'), terminalId: TerminalId, size: TerminalSize }),
  /** Ends its program. */
  z.object({ type: z.literal('close'), terminalId: TerminalId }),
])
export type TerminalAsk = z.infer<typeof TerminalAsk>

export const LiveTerminal = RunTerminal.pick({ id: true, title: true, size: true, startedAt: true }).extend({
  owner: TerminalOwner,
  writer: TerminalWriter,
  /** Offset of the oldest output at hand. */
  start: Offset,
  length: Offset,
  end: TerminalEnd.optional(),
})
export type LiveTerminal = z.infer<typeof LiveTerminal>

/**
 * `ready`: shells can be opened. `starting`: its sandbox is not there yet. `away`: it is not there any more; a message starts it again.
 * `no_runner`: the runner that has the run is not connected here. `old_runner`: it knows no terminals.
 */
export const TerminalPlace = z.enum(['ready', 'starting', 'away', 'no_runner', 'old_runner'])
export type TerminalPlace = z.infer<typeof TerminalPlace>

export const TerminalOutput = z.object({ terminalId: TerminalId, offset: Offset, data: z.string().max(32_000) })

/** browser → server */
export const TerminalUp = z.discriminatedUnion('type', [
  /** `device`: made by the page, and said again when it connects again. */
  z.object({ type: z.literal('hello'), protocol: z.number().int(), device: TerminalDevice }),
  /** Send the output of this one from `from` on; absent: what is at hand. */
  z.object({ type: z.literal('watch'), terminalId: TerminalId, from: Offset.optional() }),
  z.object({ type: z.literal('unwatch'), terminalId: TerminalId }),
  z.object({ type: z.literal('ack'), terminalId: TerminalId, offset: Offset }),
  z.object({ type: z.literal('ping') }),
  /** `at`: ms since this connection's hello, by a clock that only goes forward. What was held up on its way is refused as `stale`. */
  z.object({ type: z.literal('ask'), at: z.number().nonnegative(), ask: TerminalAsk }),
])
export type TerminalUp = z.infer<typeof TerminalUp>

/** server → browser */
export const TerminalDown = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('state'),
    place: TerminalPlace,
    terminals: z.array(LiveTerminal).max(64),
    /** Whether this person may open and type, or only watch. */
    mayWrite: z.boolean(),
  }),
  /**
   * `reset`: what was sent before is not what came before this: begin with an empty screen. Up to `old` it was printed before; what a program
   * asked its terminal there was answered then.
   */
  TerminalOutput.extend({ type: z.literal('output'), reset: z.boolean(), old: Offset.optional() }),
  z.object({ type: z.literal('refused'), ask: z.string().max(20), terminalId: TerminalId, refusal: Refusal }),
  z.object({ type: z.literal('pong') }),
  /** This app is too old or too new for the server. */
  z.object({ type: z.literal('reload') }),
])
export type TerminalDown = z.infer<typeof TerminalDown>

/** server → runner */
export const terminalsDown = [
  /** Somebody looks at the terminals of a run: tell their states, and send their output from what the server has. `on: false`: nobody does any more. */
  z.object({
    type: z.literal('terminal_watch'),
    runId: RunId,
    on: z.boolean(),
    have: z.array(z.object({ terminalId: TerminalId, offset: Offset })).max(64),
  }),
  z.object({
    type: z.literal('terminal_ask'),
    runId: RunId,
    device: TerminalDevice,
    userId: UserId,
    /** How the agent is told who it was. */
    name: z.string().max(120),
    ask: TerminalAsk,
  }),
  z.object({ type: z.literal('terminal_ack'), runId: RunId, terminalId: TerminalId, offset: Offset }),
  /** Whether a page of this device is connected. */
  z.object({ type: z.literal('terminal_presence'), runId: RunId, device: TerminalDevice, here: z.boolean() }),
] as const

/** runner → server */
export const terminalsUp = [
  z.object({
    type: z.literal('terminals'),
    runId: RunId,
    place: TerminalPlace,
    terminals: z.array(LiveTerminal).max(64),
  }),
  TerminalOutput.extend({ type: z.literal('terminal_output'), runId: RunId }),
  z.object({
    type: z.literal('terminal_refused'),
    runId: RunId,
    device: TerminalDevice,
    ask: z.string().max(20),
    terminalId: TerminalId,
    refusal: Refusal,
  }),
] as const

/** A wish that comes so much later than it was sent, as after a network that was away, is not carried out. */
export const lateMs = 5_000

/** Why the server closes the socket. What is not named here is worth another try. */
export const terminalClosed = { signedOut: 4001, notFound: 4004, malformed: 4009, tooMany: 4029 } as const
