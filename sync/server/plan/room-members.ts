import type { PlanAuthor } from '#shared/domain/plan.ts'
import { roomBounds, roomClosed } from '#shared/protocol/plan-room.ts'
import { createRoomAwareness, type RoomPerson } from './room-awareness.ts'
import { awarenessMessage, readRoomMessage, stateVectorMessage, storedMessage } from './room-wire.ts'

/** A socket, as far as a room needs one. */
export type RoomTransport = {
  send(bytes: Uint8Array): void
  close(code: number, reason: string): void
  /** At once, without what is still to be sent. */
  terminate(): void
  bufferedBytes(): number
  /** Nothing more is read from it until `resume`. */
  pause(): void
  resume(): void
}

/** One connection of a device. */
export type Member = {
  /** A message of it. */
  receive(bytes: Uint8Array): void
  /** Who may only read changes nothing, and stays. */
  setMayWrite(mayWrite: boolean): void
  /** Ends it; nothing of it is taken after that. */
  shut(code: number, reason: string): void
  /** Its socket has closed. */
  leave(): void
}

/** A change that waits. `settle` is called once, when it is stored or will never be. */
export type PendingChange = {
  readonly update: Uint8Array
  readonly author: PlanAuthor
  /** Who sent it, and is not told of it. */
  readonly member: Member | undefined
  /** When it was first tried and built on what was not there. */
  waitsSince?: number
  readonly settle: (outcome: 'stored' | 'malformed' | 'full' | 'failed') => void
}

export type RoomMembers = {
  /** The room answers from when it is open; what comes before waits. */
  join(transport: RoomTransport, person: RoomPerson, mayWrite: boolean): Member
  open(): void
  tell(message: Uint8Array, except: Member | undefined): void
  /** Devices take a connection on which nothing comes for 30 s as broken. */
  keepAlive(): void
  shutAll(code: number, reason: string): void
  count(): number
}

export type RoomMembersDeps = {
  readonly now: () => number
  readonly answer: (stateVector: Uint8Array) => Uint8Array
  readonly stateVector: () => Uint8Array
  readonly onChange: (change: PendingChange) => void
  /** Whether the document has all of an update. It costs a look at all that was ever deleted. */
  readonly isKnown: (update: Uint8Array) => boolean
}

/** What a reader may be behind. */
const maxBufferedBytes = 8_000_000
/** Changes of one device that wait to be stored: beyond it nothing more is read, until some of it is. */
const pauseBytes = 2_000_000
const resumeBytes = 500_000
/** What one device may send before the document is loaded. */
const maxEarly = { messages: 100, bytes: 2_000_000 }
const maxTokens = 10 * roomBounds.messagesPerSecond
/** What is asked for counts by its length: a device needs all of a document once, and then what is new. */
const bytesOfToken = 50_000
const quietMs = 10_000
/** Changes of one connection that may only read, which are looked into: the answer to what it is asked, and what it could have sent before. */
const judgedOfReaders = 4
/** Nobody says anything. */
const nothing = awarenessMessage(Uint8Array.of(0))

/** The connections of one room: what they send, what they are told, and who is shut out for what. */
export function createRoomMembers(deps: RoomMembersDeps): RoomMembers {
  const members = new Set<OpenMember>()
  const awareness = createRoomAwareness()
  let isOpen = false

  type OpenMember = Member & {
    greet(): void
    send(message: Uint8Array): void
    keepAlive(): void
  }

  function tell(message: Uint8Array, except: Member | undefined): void {
    for (const member of members) if (member !== except) member.send(message)
  }

  function createMember(transport: RoomTransport, person: RoomPerson, writes: boolean): OpenMember {
    const author: PlanAuthor = { kind: 'person', userId: person.userId }
    let mayWrite = writes
    let isShut = false
    let early: Uint8Array[] = []
    let earlyBytes = 0
    let tokens = maxTokens
    let filledAt = deps.now()
    let sentAt = filledAt
    /** The answer to what was asked is not held against who reads slowly. */
    let askedBytes = 0
    let waitingBytes = 0
    let isPaused = false
    /** Changes that came, and those from the first one on that are stored. */
    let came = 0
    let stored = 0
    const storedBeyond = new Set<number>()
    let isTelling = false

    function tooFast(): boolean {
      const now = deps.now()
      tokens = Math.min(maxTokens, tokens + ((now - filledAt) / 1000) * roomBounds.messagesPerSecond)
      filledAt = now
      return --tokens < 0
    }

    function handle(bytes: Uint8Array): void {
      const message = readRoomMessage(bytes)
      if (message === undefined) return member.shut(roomClosed.malformed, 'this is no message of a room')
      switch (message.type) {
        case 'ask':
          return answer(message.stateVector)
        case 'change':
          return take(message.update)
        case 'awareness': {
          const taken = awareness.take(member, person, message.states)
          if (taken === 'forged') return member.shut(roomClosed.malformed, 'this is not who you are')
          if (taken.told !== undefined) tell(awarenessMessage(taken.told), member)
          return
        }
        case 'query_awareness': {
          const all = awareness.all()
          if (all !== undefined) member.send(awarenessMessage(all))
        }
      }
    }

    function answer(stateVector: Uint8Array): void {
      let message: Uint8Array
      try {
        message = deps.answer(stateVector)
      } catch {
        return member.shut(roomClosed.malformed, 'this is no state vector')
      }
      askedBytes = Math.max(askedBytes, message.length)
      tokens -= message.length / bytesOfToken
      member.send(message)
    }

    function take(update: Uint8Array): void {
      const number = ++came
      if (isEmpty(update)) return settleStored(number)
      if (!mayWrite) {
        // What a reader's device has, it was told: nothing of it waits to be stored.
        if (number <= judgedOfReaders && deps.isKnown(update)) settleStored(number)
        return
      }
      waitingBytes += update.length
      if (waitingBytes > pauseBytes && !isPaused) {
        isPaused = true
        transport.pause()
      }
      deps.onChange({
        update,
        author,
        member,
        settle(outcome) {
          waitingBytes -= update.length
          if (isPaused && waitingBytes < resumeBytes) {
            isPaused = false
            transport.resume()
          }
          if (outcome === 'stored') settleStored(number)
          else if (outcome === 'failed') member.shut(roomClosed.later, 'this could not be stored')
          else if (outcome === 'full') member.shut(roomClosed.full, 'this plan is as large as it may be')
          else member.shut(roomClosed.malformed, 'this is no change of a plan')
        },
      })
    }

    function settleStored(number: number): void {
      storedBeyond.add(number)
      while (storedBeyond.delete(stored + 1)) stored++
      if (isTelling) return
      isTelling = true
      // Several of one batch are told at once.
      queueMicrotask(() => {
        isTelling = false
        member.send(storedMessage(stored))
      })
    }

    const member: OpenMember = {
      receive(bytes) {
        if (isShut) return
        if (bytes.length > roomBounds.messageBytes) return member.shut(roomClosed.malformed, 'this is too large')
        if (tooFast()) return member.shut(roomClosed.tooMany, 'too much at once')
        if (isOpen) return handle(bytes)
        early.push(bytes)
        earlyBytes += bytes.length
        if (early.length > maxEarly.messages || earlyBytes > maxEarly.bytes)
          member.shut(roomClosed.tooMany, 'too much before this plan was read')
      },
      greet() {
        member.send(stateVectorMessage(deps.stateVector()))
        const all = awareness.all()
        if (all !== undefined) member.send(awarenessMessage(all))
        for (const bytes of early.splice(0)) if (!isShut) handle(bytes)
        earlyBytes = 0
      },
      send(message) {
        if (isShut) return
        if (transport.bufferedBytes() > maxBufferedBytes + askedBytes) {
          member.leave()
          return transport.terminate()
        }
        sentAt = deps.now()
        transport.send(message)
      },
      keepAlive() {
        if (deps.now() - sentAt >= quietMs) member.send(nothing)
      },
      setMayWrite(may) {
        mayWrite = may
      },
      shut(code, reason) {
        if (isShut) return
        member.leave()
        // Else it would not hear of it.
        if (isPaused) transport.resume()
        transport.close(code, reason)
      },
      leave() {
        if (isShut) return
        isShut = true
        early = []
        members.delete(member)
        const gone = awareness.leave(member)
        if (gone !== undefined) tell(awarenessMessage(gone), member)
      },
    }
    return member
  }

  return {
    join(transport, person, mayWrite) {
      const member = createMember(transport, person, mayWrite)
      if (members.size >= roomBounds.connections) member.shut(roomClosed.tooMany, 'too many devices are here')
      else {
        members.add(member)
        if (isOpen) member.greet()
      }
      return member
    },
    open() {
      isOpen = true
      for (const member of [...members]) member.greet()
    },
    tell,
    keepAlive() {
      for (const member of members) member.keepAlive()
    },
    shutAll(code, reason) {
      for (const member of [...members]) member.shut(code, reason)
    },
    count: () => members.size,
  }
}

/** The update of a device that has nothing new: no structs, no deletions. */
function isEmpty(update: Uint8Array): boolean {
  return update.length === 2 && update[0] === 0 && update[1] === 0
}
