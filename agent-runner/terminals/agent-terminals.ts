import { stripVTControlCharacters } from 'node:util'
import type { TerminalEnd } from '#shared/domain/terminal.ts'
import type { TerminalId } from '#shared/ids.ts'
import { createCommandLanes, type LaneCommand, type LaneEnd } from './command-lanes.ts'
import type { Terminal } from './terminal.ts'
import type { Terminals } from './terminals.ts'

/** Terminals as an agent of ours has them: it starts commands in them, types, and waits while a person does. */
export interface AgentTerminals {
  /** @throws an error with a sentence for the agent. */
  start(command: { argv: readonly string[]; cwd: string; title: string }): Promise<AgentTerminal>
  /** Runs a command to its end where people can watch it and take it over; `undefined`: nowhere, and nothing was started. @throws SandboxError */
  run(command: LaneCommand): Promise<LaneEnd | undefined>
  get(id: string): AgentTerminal | undefined
  /** Of those that it has started and that have not ended. */
  names(): readonly string[]
  /** What it writes to this one needs no question any more, where the profile says that only the first does. */
  isApproved(id: string): boolean
  approve(id: string): void
}

export interface AgentTerminal {
  /** Short, for a model. */
  readonly name: string
  readonly title: string
  /** @returns the name of the person who types there now, and nothing was written. */
  write(keys: string): { takenBy: string } | undefined
  /**
   * What was printed since the last time, once it has been quiet for a moment, has ended, or `seconds` are over. While a person has it,
   * this waits until they hand it back. @throws the signal's reason
   */
  settle(how: { seconds: number; signal: AbortSignal }): Promise<Settled>
  stop(): Promise<void>
}

export interface Settled {
  readonly printed: string
  readonly end: TerminalEnd | undefined
  /** A person had it meanwhile. */
  readonly takenBy: string | undefined
}

const quietMs = 600
/** What a model is shown at once, in UTF-16 units of what was printed. */
const shownUnits = 16_000
const size = { cols: 120, rows: 40 }

export function createAgentTerminals(terminals: Terminals): AgentTerminals {
  const known = new Map<string, { id: TerminalId; terminal: AgentTerminal }>()
  const approved = new Set<string>()
  let count = 0
  return {
    run: createCommandLanes(terminals),
    async start({ argv, cwd, title }) {
      const one = await terminals.open({ argv, cwd, title, size })
      const name = `t${++count}`
      const terminal = agentTerminal(name, one, terminals)
      known.set(name, { id: one.id, terminal })
      return terminal
    },
    get: (name) => known.get(name)?.terminal,
    names: () =>
      [...known].flatMap(([name, { id }]) =>
        terminals.get(id)?.end() === undefined && terminals.get(id) !== undefined ? [name] : [],
      ),
    isApproved: (name) => approved.has(name),
    approve: (name) => void approved.add(name),
  }
}

function agentTerminal(name: string, one: Terminal, terminals: Pick<Terminals, 'nameOf'>): AgentTerminal {
  let read = 0
  const holder = (): string | undefined => (one.writer().kind === 'person' ? terminals.nameOf(one.id) : undefined)

  function printed(): string {
    const end = one.ring.end()
    const left = end - read - shownUnits
    const { text } = one.ring.read(Math.max(read, end - shownUnits), shownUnits)
    read = end
    const plain = plainText(text)
    return left > 0 ? `[… ${left} characters before this are left out …]\n${plain}` : plain
  }

  function settle({ seconds, signal }: { seconds: number; signal: AbortSignal }): Promise<Settled> {
    signal.throwIfAborted()
    return new Promise((resolve, reject) => {
      let takenBy = holder()
      let quiet: NodeJS.Timeout | undefined
      let isLate = false
      const late = setTimeout(() => {
        isLate = true
        if (holder() === undefined) finish()
      }, seconds * 1000)
      const stop = one.onChange(look)
      signal.addEventListener('abort', abort, { once: true })
      look()

      function look(): void {
        clearTimeout(quiet)
        takenBy = holder() ?? takenBy
        if (one.end() !== undefined) return finish()
        if (holder() !== undefined) return
        // It was handed back after the time was up.
        if (isLate) return finish()
        if (takenBy !== undefined || one.ring.end() > read) quiet = setTimeout(finish, quietMs)
      }
      function close(): void {
        clearTimeout(quiet)
        clearTimeout(late)
        stop()
        signal.removeEventListener('abort', abort)
      }
      function finish(): void {
        close()
        resolve({ printed: printed(), end: one.end(), takenBy })
      }
      function abort(): void {
        close()
        reject(signal.reason instanceof Error ? signal.reason : new Error('It was cancelled.'))
      }
    })
  }

  return {
    name,
    title: one.title,
    write(keys) {
      const person = holder()
      if (person !== undefined) return { takenBy: person }
      one.write(keys)
      return undefined
    },
    settle,
    async stop() {
      one.kill('closed')
      await one.ended
    },
  }
}

/** As a person would read it: without colours, and of a line that was written over the last state. */
export function plainText(printed: string): string {
  return stripVTControlCharacters(printed)
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => line.slice(line.replace(/\r+$/, '').lastIndexOf('\r') + 1).replace(/\r+$/, ''))
    .join('\n')
    .replaceAll(/(?![\n\t])\p{Cc}/gu, '')
    .trimEnd()
}
