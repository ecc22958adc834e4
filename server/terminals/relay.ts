import { terminalLimits } from '#shared/domain/terminal.ts'
import type { RunId, RunnerId, TeamId, TerminalId, UserId } from '#shared/ids.ts'
import type { RunnerUp } from '#shared/protocol/runner-link.ts'
import type { LiveTerminal, TerminalAsk, TerminalPlace } from '#shared/protocol/terminal.ts'
import { refusal } from '#shared/refusal.ts'
import { createOutputRing, type OutputRing } from '#shared/terminal/output-ring.ts'
import type { JobStore } from '../db/job-store.ts'
import type { ConnectedRunner, RunnerRegistry } from '../runners/registry.ts'
import { createWatcher, type Watcher, type WatcherPort } from './watcher.ts'

/**
 * Between the pages that show a run's terminals and the runner that has them. Holds the last part of each output while somebody looks,
 * and nothing after; who may type is the runner's to say, so that it holds whichever server a page is at.
 */
export type TerminalRelay = {
  /** A page of a person of this team looks on. Resolves with its way to the run. */
  join(
    page: { runId: RunId; teamId: TeamId; device: string; userId: UserId; name: string },
    port: WatcherPort,
  ): TerminalPage
  connected(runner: ConnectedRunner): void
  /** A runner has taken the run. */
  claimed(runId: RunId): void
  lost(runnerId: RunnerId): void
  take(runner: ConnectedRunner, message: TerminalNews): void
}

export type TerminalNews = Extract<RunnerUp, { type: 'terminals' | 'terminal_output' | 'terminal_refused' }>

export type TerminalPage = {
  watch(terminalId: TerminalId, from: number | undefined): void
  unwatch(terminalId: TerminalId): void
  ack(terminalId: TerminalId, offset: number): void
  ask(ask: TerminalAsk): void
  /** Tells it again how everything stands, such as after its rights have changed. */
  refresh(): void
  leave(): void
}

type Person = Parameters<TerminalRelay['join']>[0]
type Member = { readonly person: Person; readonly watcher: Watcher }

type Room = {
  readonly runId: RunId
  readonly teamId: TeamId
  readonly members: Set<Member>
  readonly rings: Map<TerminalId, OutputRing>
  /** The runner was told that it has read so far. */
  readonly told: Map<TerminalId, number>
  runnerId: RunnerId | undefined
  place: TerminalPlace
  terminals: readonly LiveTerminal[]
  /** Resolves once its runner was looked for. */
  found: Promise<void>
}

/** The runner hears of what was read in steps, not with each piece. */
const ackStep = terminalLimits.windowUnits / 8

export function createTerminalRelay(deps: {
  readonly runners: Pick<RunnerRegistry, 'get'>
  readonly jobs: Pick<JobStore, 'job'>
  readonly onError: (error: unknown) => void
}): TerminalRelay {
  const rooms = new Map<RunId, Room>()

  function runnerOf(room: Room): ConnectedRunner | undefined {
    return room.runnerId === undefined ? undefined : deps.runners.get(room.runnerId)
  }

  function tell(room: Room): void {
    for (const { watcher } of room.members) watcher.state(room.place, room.terminals)
  }

  function open(room: Room): void {
    room.found = look(room).catch(deps.onError)
  }

  async function look(room: Room): Promise<void> {
    const job = await deps.jobs.job(room.runId)
    if (rooms.get(room.runId) !== room) return
    const before = runnerOf(room)
    room.runnerId = job?.teamId === room.teamId ? (job.runnerId ?? undefined) : undefined
    if (before !== undefined && before.id !== room.runnerId) {
      if (before.takesTerminals) before.send({ type: 'terminal_watch', runId: room.runId, on: false, have: [] })
      room.rings.clear()
    }
    follow(room)
  }

  /** Asks the runner for everything that is not here yet. */
  function follow(room: Room): void {
    const runner = runnerOf(room)
    if (runner === undefined || !runner.takesTerminals) {
      room.place = runner === undefined ? 'no_runner' : 'old_runner'
      room.terminals = []
      return tell(room)
    }
    const have = [...room.rings].map(([terminalId, ring]) => ({ terminalId, offset: ring.end() }))
    room.told.clear()
    for (const { terminalId, offset } of have) room.told.set(terminalId, offset)
    const { runId } = room
    runner.send({ type: 'terminal_watch', runId, on: true, have })
    for (const { person } of room.members)
      runner.send({ type: 'terminal_presence', runId, device: person.device, here: true })
  }

  function ringOf(room: Room, terminalId: TerminalId): OutputRing {
    const known = room.rings.get(terminalId)
    if (known !== undefined) return known
    const start = room.terminals.find(({ id }) => id === terminalId)?.start ?? 0
    const ring = createOutputRing(terminalLimits.ringUnits, start)
    room.rings.set(terminalId, ring)
    return ring
  }

  /** Read is what the quickest page has read; where nobody looks, all of it. */
  function tellRead(room: Room, terminalId: TerminalId): void {
    const ring = room.rings.get(terminalId)
    if (ring === undefined) return
    const read = [...room.members].flatMap(({ watcher }) => watcher.read(terminalId) ?? [])
    const offset = read.length === 0 ? ring.end() : Math.max(...read)
    const told = room.told.get(terminalId) ?? 0
    if (offset <= told || (offset - told < ackStep && offset < ring.end())) return
    room.told.set(terminalId, offset)
    runnerOf(room)?.send({ type: 'terminal_ack', runId: room.runId, terminalId, offset })
  }

  function leave(room: Room, member: Member): void {
    if (!room.members.delete(member)) return
    const { device } = member.person
    const isGone = ![...room.members].some(({ person }) => person.device === device)
    const runner = runnerOf(room)
    if (runner?.takesTerminals === true) {
      if (isGone) runner.send({ type: 'terminal_presence', runId: room.runId, device, here: false })
      if (room.members.size === 0) runner.send({ type: 'terminal_watch', runId: room.runId, on: false, have: [] })
    }
    if (room.members.size === 0) rooms.delete(room.runId)
    else for (const id of room.rings.keys()) tellRead(room, id)
  }

  return {
    join(person, port) {
      const room = rooms.get(person.runId) ?? newRoom(person)
      const member: Member = { person, watcher: createWatcher(port, (id) => room.rings.get(id)) }
      const isFirst = room.members.size === 0
      room.members.add(member)
      rooms.set(person.runId, room)
      if (isFirst) open(room)
      else {
        // The run may have gone to another runner since.
        member.watcher.state(room.place, room.terminals)
        const runner = runnerOf(room)
        if (runner === undefined) open(room)
        else if (runner.takesTerminals)
          runner.send({ type: 'terminal_presence', runId: person.runId, device: person.device, here: true })
      }
      return {
        watch(terminalId, from) {
          const ring = ringOf(room, terminalId)
          member.watcher.watch(terminalId, from ?? ring.start())
        },
        unwatch(terminalId) {
          member.watcher.unwatch(terminalId)
          tellRead(room, terminalId)
        },
        ack(terminalId, offset) {
          member.watcher.ack(terminalId, offset)
          tellRead(room, terminalId)
        },
        ask(ask) {
          // Where the run is may not have been found out yet.
          void room.found.then(() => {
            const runner = runnerOf(room)
            const { device, name, userId } = person
            if (runner?.takesTerminals === true)
              return runner.send({ type: 'terminal_ask', runId: room.runId, device, userId, name, ask })
            const why = refusal('no_runner', 'the machine that has the run is not connected')
            return port.send({ type: 'refused', ask: ask.type, terminalId: ask.terminalId, refusal: why })
          })
        },
        refresh: () => member.watcher.state(room.place, room.terminals),
        leave: () => leave(room, member),
      }
    },
    connected(runner) {
      for (const room of rooms.values()) {
        if (room.runnerId === undefined) open(room)
        else if (room.runnerId === runner.id) follow(room)
      }
    },
    claimed(runId) {
      const room = rooms.get(runId)
      if (room !== undefined) open(room)
    },
    lost(runnerId) {
      for (const room of rooms.values()) {
        if (room.runnerId !== runnerId) continue
        room.place = 'no_runner'
        tell(room)
      }
    },
    take(runner, message) {
      const room = rooms.get(message.runId)
      if (room === undefined || room.teamId !== runner.teamId || room.runnerId !== runner.id) return
      switch (message.type) {
        case 'terminals': {
          room.place = message.place
          room.terminals = message.terminals
          const known = new Set(message.terminals.map(({ id }) => id))
          for (const id of room.rings.keys()) if (!known.has(id)) room.rings.delete(id)
          return tell(room)
        }
        case 'terminal_output': {
          ringOf(room, message.terminalId).put(message.offset, message.data)
          for (const { watcher } of room.members) watcher.pump(message.terminalId)
          return tellRead(room, message.terminalId)
        }
        case 'terminal_refused':
          for (const { person, watcher } of room.members) if (person.device === message.device) watcher.refused(message)
      }
    },
  }

  function newRoom({ runId, teamId }: Person): Room {
    return {
      runId,
      teamId,
      members: new Set(),
      rings: new Map(),
      told: new Map(),
      runnerId: undefined,
      place: 'starting',
      terminals: [],
      found: Promise.resolve(),
    }
  }
}
