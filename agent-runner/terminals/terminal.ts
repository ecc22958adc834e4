import type { RunTerminal, TerminalEnd, TerminalOwner, TerminalSize } from '#shared/domain/terminal.ts'
import { terminalLimits } from '#shared/domain/terminal.ts'
import type { TerminalId } from '#shared/ids.ts'
import type { LiveTerminal } from '#shared/protocol/terminal.ts'
import { createOutputRing, type OutputRing } from '#shared/terminal/output-ring.ts'
import { createInputGate, freeWriter, type InputGate, type TerminalWriter } from '#shared/terminal/writer.ts'
import type { Clock } from '../clock.ts'
import type { Pty } from '../sandbox/sandbox.ts'
import type { Hiding } from '../secrets/hiding.ts'
import { openTerminalLog } from './terminal-log.ts'

/** One terminal while it lives: what it printed, who types, and what is kept of it. */
export interface Terminal {
  readonly id: TerminalId
  readonly owner: TerminalOwner
  readonly title: string
  readonly ring: OutputRing
  readonly gate: InputGate
  writer(): TerminalWriter
  setWriter(writer: TerminalWriter): void
  write(keys: string): void
  resize(size: TerminalSize): void
  /** Whoever reads it lags: its program waits. */
  hold(isHeld: boolean): void
  end(): TerminalEnd | undefined
  state(): LiveTerminal
  /** Called for each change of what it printed, of who types, and at its end. */
  onChange(listener: (what: 'output' | 'state') => void): () => void
  /** Ends its program. */
  kill(why: TerminalEnd['why']): void
  /** Resolves once it has ended and its last words are told. */
  readonly ended: Promise<void>
}

export interface TerminalDeps {
  readonly clock: Clock
  readonly hiding: Hiding
  /** Folder of the whole outputs. */
  readonly folder: string
  /** Writes its row. */
  readonly tell: (row: RunTerminal) => void
  /** Uploads what it printed, and tells its row where it is. `file`: all of it; else what is at hand has to do. */
  readonly keep: (
    row: RunTerminal,
    whole: { file: string | undefined; atHand: () => { from: number; text: string } },
  ) => void
}

/** A program that prints more than this in `paceMs` waits: hiding secrets takes time, and others use this process. */
const paceUnits = 256_000
const paceMs = 100
/** What may become a secret is held back for so long. */
const heldBackMs = 300
const checkpointMs = 2_000

export function createTerminal(
  about: Pick<RunTerminal, 'id' | 'owner' | 'title' | 'size'> & { readonly pty: Pty },
  deps: TerminalDeps,
): Terminal {
  const { clock } = deps
  const { id, owner, title, pty } = about
  const startedAt = clock.now()
  const ring = createOutputRing(terminalLimits.ringUnits)
  const log = openTerminalLog(deps.folder, id)
  const decoder = new TextDecoder()
  const listeners = new Set<(what: 'output' | 'state') => void>()
  const holds = new Set<'pace' | 'reader'>()
  let size = about.size
  let writer: TerminalWriter = freeWriter(owner)
  let end: TerminalEnd | undefined
  let why: TerminalEnd['why'] = 'exited'
  let hidden = deps.hiding.stream()
  let heldBack: NodeJS.Timeout | undefined
  let checkpoint: NodeJS.Timeout | undefined
  let pace: NodeJS.Timeout | undefined
  let units = 0

  const changed = (what: 'output' | 'state'): void => {
    for (const listener of listeners) listener(what)
  }

  function row(): RunTerminal {
    return {
      id,
      owner,
      title,
      size,
      startedAt,
      tail: ring.tail(terminalLimits.tailUnits).toWellFormed(),
      length: ring.end(),
      ...(end === undefined ? {} : { end }),
    }
  }

  function tellSoon(): void {
    checkpoint ??= setTimeout(() => {
      checkpoint = undefined
      deps.tell(row())
    }, checkpointMs)
  }

  function print(text: string): void {
    if (text === '') return
    ring.append(text)
    log.write(text)
    changed('output')
    tellSoon()
  }

  function take(text: string): void {
    clearTimeout(heldBack)
    // No terminal shows a NUL, and no database takes one.
    print(hidden.push(text.replaceAll('\0', '')))
    // A prompt that ends like a secret begins must not wait for what is typed next.
    heldBack = setTimeout(() => {
      print(hidden.end())
      hidden = deps.hiding.stream()
    }, heldBackMs)
    units += text.length
    pace ??= setTimeout(() => {
      pace = undefined
      units = 0
      setHold('pace', false)
    }, paceMs)
    if (units > paceUnits) setHold('pace', true)
  }

  function setHold(reason: 'pace' | 'reader', isHeld: boolean): void {
    if (holds.has(reason) === isHeld) return
    if (isHeld) holds.add(reason)
    else holds.delete(reason)
    if (holds.size === 1 && isHeld) pty.pause()
    if (holds.size === 0) pty.resume()
  }

  function setWriter(next: TerminalWriter): void {
    if (next === writer || end !== undefined) return
    writer = next
    changed('state')
  }

  deps.tell(row())
  pty.onData((piece) => take(decoder.decode(piece, { stream: true })))
  const ended = pty.exited.then((exit) => {
    take(decoder.decode())
    clearTimeout(heldBack)
    clearTimeout(pace)
    print(hidden.end())
    clearTimeout(checkpoint)
    end = { why, at: clock.now(), ...(exit.code === null ? {} : { exitCode: exit.code }) }
    writer = { kind: 'nobody' }
    const last = row()
    deps.tell(last)
    const file = log.close()
    deps.keep(last, {
      file,
      atHand: () => {
        const { offset, text } = ring.read(ring.end() - terminalLimits.ringUnits, terminalLimits.ringUnits)
        return { from: offset, text }
      },
    })
    changed('state')
  })

  return {
    id,
    owner,
    title,
    ring,
    gate: createInputGate(),
    writer: () => writer,
    setWriter,
    write: (keys) => {
      if (end === undefined) pty.write(keys)
    },
    resize(next) {
      if (end !== undefined || (next.cols === size.cols && next.rows === size.rows)) return
      size = next
      pty.resize(next)
      changed('state')
      tellSoon()
    },
    hold: (isHeld) => setHold('reader', isHeld),
    end: () => end,
    state: () => ({
      id,
      owner,
      title,
      size,
      startedAt,
      writer,
      start: ring.start(),
      length: ring.end(),
      ...(end === undefined ? {} : { end }),
    }),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    kill(reason) {
      if (end === undefined && why === 'exited') why = reason
      pty.kill()
    },
    ended,
  }
}
