import { roomBounds, roomClosed } from '#shared/protocol/plan-room.ts'
import { writeEntries, type AwarenessEntry } from './awareness-entry.ts'
import { createRoomAwareness, type RoomPerson } from './room-awareness.ts'
import {
  createRoomMember,
  type Member,
  type OpenMember,
  type RoomMemberDeps,
  type RoomTransport,
} from './room-member.ts'
import { awarenessMessage } from './room-wire.ts'

export type RoomMembers = {
  /** The room answers from when it is open; what comes before waits. */
  join(transport: RoomTransport, person: RoomPerson, mayWrite: boolean): Member
  open(): void
  tell(message: Uint8Array, except: object | undefined): void
  /** Devices take a connection on which nothing comes for 30 s as broken. */
  keepAlive(): void
  shutAll(code: number, reason: string): void
  count(): number
  /** Who is here without a connection: agents, and people at other processes. */
  put(entries: readonly AwarenessEntry[]): void
}

export type RoomMembersDeps = RoomMemberDeps & {
  /** What connections here say of themselves. */
  readonly onSaid: (entries: readonly AwarenessEntry[]) => void
}

/** The connections of one room. */
export function createRoomMembers(deps: RoomMembersDeps): RoomMembers {
  const members = new Set<OpenMember>()
  const awareness = createRoomAwareness()
  let isOpen = false

  function tell(message: Uint8Array, except: object | undefined): void {
    for (const member of members) if (member !== except) member.send(message)
  }

  function say(entries: readonly AwarenessEntry[], by: Member): void {
    if (entries.length === 0) return
    tell(awarenessMessage(writeEntries(entries)), by)
    deps.onSaid(entries)
  }

  const company = {
    ...deps,
    awareness,
    onSaid: say,
    isOpen: () => isOpen,
    onLeft: (member: OpenMember) => void members.delete(member),
  }

  return {
    join(transport, person, mayWrite) {
      const member = createRoomMember(company, transport, { person, mayWrite })
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
    put(entries) {
      const told = awareness.put(entries)
      if (told.length > 0) tell(awarenessMessage(writeEntries(told)), undefined)
    },
  }
}
