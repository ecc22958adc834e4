import { PlanId } from '../ids.ts'

/**
 * The socket of a plan's document: the protocol of y-websocket 3 (messages 0 sync, 1 awareness, 3 query awareness, by y-protocols 1), and one message
 * more, so that a device knows when it may forget. https://github.com/yjs/y-protocols/blob/master/PROTOCOL.md
 */
export const planRoomPath = '/api/plan'
/** `POST …/<plan>/sync`: the same by requests, where no socket gets through. */
export const planRequestsPath = '/api/v1/plans'

/** The plan that an address of a room names. */
export function planOfPath(path: string): PlanId | undefined {
  if (!path.startsWith(`${planRoomPath}/`)) return undefined
  const parsed = PlanId.safeParse(path.slice(planRoomPath.length + 1))
  return parsed.success ? parsed.data : undefined
}

/** Message types of y-websocket, as varuint. */
export const roomMessage = {
  sync: 0,
  awareness: 1,
  queryAwareness: 3,
  /**
   * Down: varuint, how many of this connection's changes (sync messages of the kinds step 2 and update) are stored, counted from the opening of the
   * socket. When it is the number that was sent, the server has everything that the device had.
   */
  stored: 10,
} as const

/** Why the server closes a room's socket. What is not named here is worth another try. */
export const roomClosed = {
  /** https://www.iana.org/assignments/websocket/websocket.xhtml: try again later. */
  later: 1013,
  signedOut: 4001,
  /** It may not be read (any more), or there is no such plan: the server does not tell which. */
  notFound: 4004,
  /** What was sent is no change of a document, or too large a one. */
  malformed: 4009,
  /** The document would outgrow its bound. */
  full: 4013,
  /** Too many devices in this room, or too much at once from this one. */
  tooMany: 4029,
} as const

export const roomBounds = {
  /** Bytes of one message. */
  messageBytes: 1_000_000,
  /** Bytes of a document with its history of deletions. */
  documentBytes: 16_000_000,
  /** Bytes of what one device says of itself: name, colour, selection. */
  awarenessBytes: 4_000,
  connections: 100,
  /** Messages of one device in a second, over ten seconds. */
  messagesPerSecond: 100,
} as const
