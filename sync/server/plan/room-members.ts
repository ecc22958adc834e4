import { roomBounds, roomClosed } from '#shared/protocol/plan-room.ts'
import { createRoomAwareness, type RoomPerson } from './room-awareness.ts'
import {
  createRoomMember,
  type Member,
  type OpenMember,
  type RoomMemberDeps,
  type RoomTransport,
} from './room-member.ts'

export type RoomMembers = {
  /** The room answers from when it is open; what comes before waits. */
  join(transport: RoomTransport, person: RoomPerson, mayWrite: boolean): Member
  open(): void
  tell(message: Uint8Array, except: object | undefined): void
  /** Devices take a connection on which nothing comes for 30 s as broken. */
  keepAlive(): void
  shutAll(code: number, reason: string): void
  count(): number
}

/** The connections of one room. */
export function createRoomMembers(deps: RoomMemberDeps): RoomMembers {
  const members = new Set<OpenMember>()
  const awareness = createRoomAwareness()
  let isOpen = false

  function tell(message: Uint8Array, except: object | undefined): void {
    for (const member of members) if (member !== except) member.send(message)
  }
  const company = {
    ...deps,
    awareness,
    tell,
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
  }
}
