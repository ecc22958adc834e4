import type { PlanAuthor } from '#shared/domain/plan.ts'
import { roomBounds, roomClosed } from '#shared/protocol/plan-room.ts'
import { createMessageRate } from './message-rate.ts'
import type { AwarenessEntry } from './awareness-entry.ts'
import type { PendingChange } from './pending-change.ts'
import type { RoomAwareness, RoomPerson } from './room-awareness.ts'
import { awarenessMessage, readRoomMessage, stateVectorMessage, storedMessage } from './room-wire.ts'
import { createStoredCount } from './stored-count.ts'

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

/** What its room does with one. */
export type OpenMember = Member & {
  /** The room is open: says what it has, and takes what came before. */
  greet(): void
  send(message: Uint8Array): void
  keepAlive(): void
}

export type RoomMemberDeps = {
  readonly now: () => number
  readonly answer: (stateVector: Uint8Array) => Uint8Array
  readonly stateVector: () => Uint8Array
  readonly onChange: (change: PendingChange) => void
  /** Whether the document has all of an update. It costs a look at all that was ever deleted. */
  readonly isKnown: (update: Uint8Array) => boolean
}

/** What the members of a room share. */
type Company = {
  readonly awareness: RoomAwareness
  readonly isOpen: () => boolean
  /** To be told to the others. */
  readonly onSaid: (entries: readonly AwarenessEntry[], by: Member) => void
  /** It is none of them any more. */
  readonly onLeft: (member: OpenMember) => void
}

/** What a reader may be behind. */
const maxBufferedBytes = 8_000_000
/** Changes of one device that wait to be stored: beyond it nothing more is read, until some of it is. */
const pauseBytes = 2_000_000
const resumeBytes = 500_000
/** What one device may send before the document is loaded. */
const maxEarly = { messages: 100, bytes: 2_000_000 }
const quietMs = 10_000
/** Changes of one connection that may only read, which are looked into: the answer to what it is asked, and what it could have sent before. */
const judgedOfReaders = 4
/** Nobody says anything. */
const nothing = awarenessMessage(Uint8Array.of(0))

export function createRoomMember(
  deps: RoomMemberDeps & Company,
  transport: RoomTransport,
  { person, mayWrite }: { readonly person: RoomPerson; readonly mayWrite: boolean },
): OpenMember {
  const { awareness } = deps
  const author: PlanAuthor = { kind: 'person', userId: person.userId }
  const rate = createMessageRate(deps.now)
  const count = createStoredCount((stored) => member.send(storedMessage(stored)))
  let writes = mayWrite
  let isShut = false
  let early: Uint8Array[] = []
  let earlyBytes = 0
  let sentAt = deps.now()
  /** The answer to what was asked is not held against who reads slowly. */
  let askedBytes = 0
  let waitingBytes = 0
  let isPaused = false

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
        return deps.onSaid(taken.told, member)
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
    rate.answered(message.length)
    member.send(message)
  }

  function take(update: Uint8Array): void {
    const number = count.take()
    if (isEmpty(update)) return count.settle(number)
    if (!writes) {
      // What a reader's device has, it was told: nothing of it waits to be stored.
      if (number <= judgedOfReaders && deps.isKnown(update)) count.settle(number)
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
        if (outcome === 'stored') count.settle(number)
        else if (outcome === 'failed') member.shut(roomClosed.later, 'this could not be stored')
        else if (outcome === 'full') member.shut(roomClosed.full, 'this plan is as large as it may be')
        else member.shut(roomClosed.malformed, 'this is no change of a plan')
      },
    })
  }

  const member: OpenMember = {
    receive(bytes) {
      if (isShut) return
      if (bytes.length > roomBounds.messageBytes) return member.shut(roomClosed.malformed, 'this is too large')
      if (!rate.take()) return member.shut(roomClosed.tooMany, 'too much at once')
      if (deps.isOpen()) return handle(bytes)
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
      writes = may
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
      deps.onLeft(member)
      deps.onSaid(awareness.leave(member), member)
    },
  }
  return member
}

/** The update of a device that has nothing new: no structs, no deletions. */
function isEmpty(update: Uint8Array): boolean {
  return update.length === 2 && update[0] === 0 && update[1] === 0
}
