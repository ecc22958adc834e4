import { terminalLimits, type RunTerminal, type TerminalEnd, type TerminalSize } from '#shared/domain/terminal.ts'
import { TerminalId, type RunId, type UserId } from '#shared/ids.ts'
import type { TerminalAsk, TerminalPlace } from '#shared/protocol/terminal.ts'
import type { RunnerUp } from '#shared/protocol/runner-link.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { createOutputReader, type OutputReader } from '#shared/terminal/output-ring.ts'
import { comeBack, expire, handBack, isHeldBy, leave, takeOver, writerGraceMs } from '#shared/terminal/writer.ts'
import { messageOf } from '../log.ts'
import type { Pty, PtySpec, Sandbox } from '../sandbox/sandbox.ts'
import { createTerminal, type Terminal, type TerminalDeps } from './terminal.ts'

type AboutTerminal = { title: string; size: TerminalSize }

export interface Asker {
  readonly device: string
  readonly userId: UserId
  readonly name: string
}

/** The terminals of one run: people's shells and commands of its agent, and who looks at them. */
export interface Terminals {
  /** Somebody looks. `have`: what the server holds of their output. */
  watch(on: boolean, have: readonly { terminalId: TerminalId; offset: number }[]): void
  ask(who: Asker, ask: TerminalAsk): Promise<void>
  ack(terminalId: TerminalId, offset: number): void
  presence(device: string, here: boolean): void
  /** The server is away: nobody can be seen any more. */
  lost(): void
  /** Where terminals are opened from here on; absent: nowhere. */
  setPlace(place: Sandbox | 'starting' | 'away'): void
  /** Opens one of the agent's: of a program, or of what is one already. @throws SandboxError, Error with a sentence */
  open(command: ({ argv: readonly string[]; cwd?: string } | { pty: Pty }) & AboutTerminal): Promise<Terminal>
  /** A program with a terminal, where terminals are opened now. @throws SandboxError, Error with a sentence */
  program(spec: PtySpec): Promise<Pty>
  /** The name of who holds a terminal now or held it last. */
  nameOf(id: TerminalId): string
  get(id: TerminalId): Terminal | undefined
  /** A person types in one of them, or did a moment ago. */
  inUse(): boolean
  /** Ends all of them; resolves once their last words are told. */
  endAll(why: TerminalEnd['why']): Promise<void>
}

export interface TerminalsDeps extends Pick<TerminalDeps, 'clock' | 'hiding' | 'folder' | 'tell' | 'keep'> {
  readonly runId: RunId
  /** As it is: what is told here was hidden before. */
  readonly send: (message: RunnerUp) => void
  /** Whether this person may reach what the sandbox holds: secrets of another person's own are not for them. */
  readonly mayReach: (userId: UserId) => boolean
  /** Tells everybody who did what, in the transcript. */
  readonly note: (sentence: string) => void
  /** Terminals that the run has had. */
  readonly opened: () => number
}

/** The person's shell: Bash where there is one. */
const shell = ['sh', '-c', 'command -v bash > /dev/null 2>&1 && exec bash -i; exec sh -i']
/** Those that have ended and are still shown live. */
const endedKept = 8
const typedPerSecond = 256_000
const lastUseMs = 10 * 60_000

export function createTerminals(deps: TerminalsDeps): Terminals {
  const { runId, clock } = deps
  const all = new Map<TerminalId, Terminal>()
  const readers = new Map<TerminalId, OutputReader>()
  const names = new Map<TerminalId, string>()
  const opening = new Map<TerminalId, Promise<void>>()
  const here = new Set<string>()
  let place: Sandbox | 'starting' | 'away' = 'away'
  let watched = false
  let telling = false
  let typed = { second: 0, units: 0 }
  let usedAt = 0
  let grace: NodeJS.Timeout | undefined

  function tellStates(): void {
    if (!watched || telling) return
    telling = true
    // What happens at once is told once.
    queueMicrotask(() => {
      telling = false
      if (!watched) return
      const name: TerminalPlace = typeof place === 'string' ? place : 'ready'
      deps.send({ type: 'terminals', runId, place: name, terminals: [...all.values()].map((one) => one.state()) })
    })
  }

  function pump(one: Terminal): void {
    if (!watched) return
    const reader = readers.get(one.id) ?? createOutputReader(one.ring.start(), terminalLimits.windowUnits)
    readers.set(one.id, reader)
    for (;;) {
      const piece = reader.next(one.ring, terminalLimits.outputUnits)
      if (piece === undefined) break
      deps.send({ type: 'terminal_output', runId, terminalId: one.id, offset: piece.offset, data: piece.text })
    }
    // The agent's work waits for nobody who looks on.
    if (one.owner.kind === 'person') one.hold(one.ring.end() - reader.acked() > terminalLimits.windowUnits)
  }

  function add(one: Terminal): void {
    all.set(one.id, one)
    one.onChange((what) => {
      if (what === 'output') return pump(one)
      pump(one)
      tellStates()
    })
    void one.ended.then(forgetOld)
    tellStates()
  }

  function forgetOld(): void {
    const ended = [...all.values()].filter((one) => one.end() !== undefined)
    for (const { id } of ended.slice(0, Math.max(0, ended.length - endedKept))) {
      all.delete(id)
      readers.delete(id)
      names.delete(id)
    }
    tellStates()
  }

  function live(): number {
    return [...all.values()].filter((one) => one.end() === undefined).length
  }

  function full(): Refusal | undefined {
    if (live() + opening.size >= terminalLimits.live)
      return refusal('too_many', `${terminalLimits.live} terminals at once; close one`)
    return deps.opened() >= terminalLimits.all
      ? refusal('too_many', `${terminalLimits.all} terminals in one run`)
      : undefined
  }

  async function program({ env, ...spec }: PtySpec): Promise<Pty> {
    if (typeof place === 'string') throw new Error('The sandbox is not there.')
    return place.terminal({ ...spec, env: { TERM: 'xterm-256color', ...env } })
  }

  async function start(
    about: Pick<RunTerminal, 'id' | 'owner' | 'title' | 'size'>,
    how: { argv: readonly string[]; cwd?: string } | { pty: Pty },
  ): Promise<Terminal> {
    const pty = 'pty' in how ? how.pty : await program({ ...how, size: about.size })
    const one = createTerminal({ ...about, pty }, deps)
    add(one)
    return one
  }

  async function openShell(
    who: Asker,
    { terminalId, size }: Extract<TerminalAsk, { type: 'open' }>,
  ): Promise<Refusal | undefined> {
    if (all.has(terminalId)) return undefined
    if (typeof place === 'string')
      return refusal(place === 'starting' ? 'run_busy' : 'run_ended', 'the sandbox is not there')
    const why = full()
    if (why !== undefined) return why
    const owner = { kind: 'person' as const, userId: who.userId }
    const started = start({ id: terminalId, owner, title: `Shell of ${who.name}`.slice(0, 300), size }, { argv: shell })
    opening.set(
      terminalId,
      started.then(
        () => {},
        () => {},
      ),
    )
    try {
      const one = await started
      hold(one, who)
      deps.note(`${who.name} opened a shell.`)
      return undefined
    } catch (error) {
      return refusal('internal', messageOf(error).slice(0, 300))
    } finally {
      opening.delete(terminalId)
    }
  }

  function hold(one: Terminal, who: Asker): void {
    names.set(one.id, who.name)
    here.add(who.device)
    one.setWriter(takeOver(who))
    usedAt = clock.now()
  }

  async function perform(who: Asker, ask: TerminalAsk): Promise<Refusal | undefined> {
    const reaches = ask.type === 'open' || ask.type === 'take' || ask.type === 'input'
    if (reaches && !deps.mayReach(who.userId))
      return refusal('not_allowed', 'this turn works with secrets of the person who began it')
    if (ask.type === 'open') return openShell(who, ask)
    // Keys may come right behind the wish for a shell.
    await opening.get(ask.terminalId)
    const one = all.get(ask.terminalId)
    if (one === undefined) return refusal('not_found', 'terminal')
    if (one.end() !== undefined) return refusal('expired', 'it has ended')
    if (ask.type === 'take') {
      if (one.writer().kind === 'agent') deps.note(`${who.name} took over “${one.title}”.`)
      hold(one, who)
      one.resize(ask.size)
      return undefined
    }
    if (!isHeldBy(one.writer(), who.device))
      return ask.type === 'release' ? undefined : refusal('conflict', 'somebody else types')
    switch (ask.type) {
      case 'release':
        if (one.owner.kind === 'agent') deps.note(`${who.name} handed “${one.title}” back.`)
        one.setWriter(handBack(one.writer(), who.device, one.owner))
        return undefined
      case 'resize':
        one.resize(ask.size)
        return undefined
      case 'close':
        one.kill('closed')
        return undefined
      case 'input': {
        const second = Math.floor(clock.now() / 1000)
        typed = { second, units: (typed.second === second ? typed.units : 0) + ask.data.length }
        if (typed.units > typedPerSecond) return refusal('rate_limited', 'too much at once')
        if (one.gate.take(who.device, ask.seq)) one.write(ask.data)
        usedAt = clock.now()
      }
    }
    return undefined
  }

  function changeWriters(change: (one: Terminal) => void): void {
    for (const one of all.values()) change(one)
  }

  function expireSoon(): void {
    grace ??= setTimeout(() => {
      grace = undefined
      changeWriters((one) => one.setWriter(expire(one.writer(), one.owner, clock.now())))
      if ([...all.values()].some((one) => isAway(one))) expireSoon()
    }, writerGraceMs)
  }

  return {
    watch(on, have) {
      watched = on
      readers.clear()
      for (const { terminalId, offset } of have)
        readers.set(terminalId, createOutputReader(offset, terminalLimits.windowUnits))
      for (const one of all.values()) {
        if (on) pump(one)
        else one.hold(false)
      }
      tellStates()
    },
    async ask(who, ask) {
      const why = await perform(who, ask)
      if (why !== undefined)
        deps.send({
          type: 'terminal_refused',
          runId,
          device: who.device,
          ask: ask.type,
          terminalId: ask.terminalId,
          refusal: why,
        })
    },
    ack(terminalId, offset) {
      readers.get(terminalId)?.ack(offset)
      const one = all.get(terminalId)
      if (one !== undefined) pump(one)
    },
    presence(device, isHere) {
      if (isHere) here.add(device)
      else here.delete(device)
      const now = clock.now()
      changeWriters((one) => one.setWriter(isHere ? comeBack(one.writer(), device) : leave(one.writer(), device, now)))
      if (!isHere) expireSoon()
    },
    lost() {
      watched = false
      readers.clear()
      const now = clock.now()
      for (const device of here) changeWriters((one) => one.setWriter(leave(one.writer(), device, now)))
      here.clear()
      changeWriters((one) => one.hold(false))
      expireSoon()
    },
    setPlace(next) {
      if (next === 'starting' && typeof place !== 'string') return
      place = next
      tellStates()
    },
    async open({ title, size, ...how }) {
      const why = full()
      if (why !== undefined) throw new Error(`There are too many terminals: ${why.detail ?? ''}.`)
      const id = TerminalId.parse(clock.newId())
      return start(
        { id, owner: { kind: 'agent' }, title: deps.hiding.text(title).slice(0, 300).toWellFormed(), size },
        how,
      )
    },
    program,
    nameOf: (id) => names.get(id) ?? 'A person',
    get: (id) => all.get(id),
    inUse: () =>
      [...all.values()].some((one) => one.end() === undefined && one.writer().kind === 'person') &&
      clock.now() - usedAt < lastUseMs,
    async endAll(why) {
      place = 'away'
      clearTimeout(grace)
      await Promise.all(opening.values())
      const open = [...all.values()].filter((one) => one.end() === undefined)
      for (const one of open) one.kill(why)
      let late: NodeJS.Timeout | undefined
      // A program that does not go is ended with its sandbox.
      const enough = new Promise<void>((resolve) => {
        late = setTimeout(resolve, 2_000)
      })
      await Promise.race([Promise.all(open.map((one) => one.ended)), enough])
      clearTimeout(late)
      tellStates()
    },
  }
}

function isAway(one: Terminal): boolean {
  const writer = one.writer()
  return writer.kind === 'person' && writer.awaySince !== undefined
}

/** For the runner of a run that is not here any more. */
export function tellNoTerminals(send: (message: RunnerUp) => void, runId: RunId): void {
  send({ type: 'terminals', runId, place: 'away', terminals: [] })
}
