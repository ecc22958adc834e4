import { SandboxError, type Exit } from '../sandbox/sandbox.ts'
import { freeWriter } from '#shared/terminal/writer.ts'
import { createSeriesPty, type SeriesPty } from './series-pty.ts'
import type { Terminal } from './terminal.ts'
import type { Terminals } from './terminals.ts'

/** A plain command of an agent of ours. */
export interface LaneCommand {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** As people read it above its output. */
  readonly shown: string
  /** It is ended after so long; while a person types, the time stands still, and begins anew when they hand it back. */
  readonly seconds: number
  readonly signal: AbortSignal
  take(piece: Uint8Array): Promise<void>
}

export interface LaneEnd extends Exit {
  readonly isLate: boolean
  /** A person had it meanwhile. */
  readonly takenBy: string | undefined
}

/** At once; others run without a terminal. People want some of a run's terminals for themselves. */
const mostLanes = 3
const size = { cols: 120, rows: 40 }

/**
 * The terminals in which an agent's plain commands run, one after the other in each, so that people see them, and can type into the one that runs. What it
 * printed stays above the next one.
 */
export function createCommandLanes(
  terminals: Pick<Terminals, 'open' | 'program' | 'nameOf'>,
): (command: LaneCommand) => Promise<LaneEnd | undefined> {
  type Lane = { readonly pty: SeriesPty; readonly terminal: Terminal }
  const lanes: (Lane | 'busy' | undefined)[] = Array.from({ length: mostLanes }, () => undefined)

  async function openLane(place: number): Promise<Lane | undefined> {
    const pty = createSeriesPty(size)
    const title = place === 0 ? 'Commands of the agent' : `Commands of the agent (${place + 1})`
    // Where there are too many already, its command runs all the same.
    const terminal = await terminals.open({ pty, title, size }).catch(() => undefined)
    return terminal === undefined ? undefined : { pty, terminal }
  }

  /** `undefined`: there is no terminal for it, and nothing was started. @throws the signal's reason, SandboxError */
  return async (command) => {
    command.signal.throwIfAborted()
    const place = lanes.findIndex((one) => one !== 'busy')
    if (place < 0) return undefined
    const known = lanes[place]
    lanes[place] = 'busy'
    let lane: Lane | undefined
    try {
      lane =
        known === undefined || known === 'busy' || known.terminal.end() !== undefined ? await openLane(place) : known
      return lane === undefined ? undefined : await runIn(lane, command, terminals)
    } catch (error) {
      // On a machine without terminals it runs without one.
      if (!(error instanceof SandboxError) || command.signal.aborted) throw error
      return undefined
    } finally {
      lanes[place] = lane
    }
  }
}

async function runIn(
  { pty, terminal }: { readonly pty: SeriesPty; readonly terminal: Terminal },
  { argv, env, shown, seconds, signal, take }: LaneCommand,
  terminals: Pick<Terminals, 'program' | 'nameOf'>,
): Promise<LaneEnd> {
  let timer: NodeJS.Timeout | undefined
  let takenBy: string | undefined
  let isLate = false
  const free = (): void => terminal.setWriter(freeWriter(terminal.owner))
  const arm = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      isLate = true
      pty.stop()
    }, seconds * 1000)
  }
  const stop = (): void => pty.stop()
  // Who took it while nothing ran has it no more.
  free()
  const forget = terminal.onChange((what) => {
    if (what !== 'state') return
    if (terminal.writer().kind !== 'person') return arm()
    takenBy = terminals.nameOf(terminal.id)
    clearTimeout(timer)
  })
  try {
    arm()
    const exit = await pty.run({
      head: `\x1b[1m$ ${shown.replaceAll(/(?![\n\t])\p{Cc}/gu, '').replaceAll('\n', '\r\n  ')}\x1b[0m\r\n`,
      async open(now) {
        const opened = await terminals.program({ argv, env, size: now })
        signal.addEventListener('abort', stop, { once: true })
        if (signal.aborted) opened.kill()
        return opened
      },
      take,
    })
    return { ...exit, isLate, takenBy }
  } finally {
    clearTimeout(timer)
    forget()
    signal.removeEventListener('abort', stop)
    free()
  }
}
