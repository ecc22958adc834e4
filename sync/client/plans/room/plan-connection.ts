import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import type { Awareness } from 'y-protocols/awareness'
import { writeSyncStep1, writeUpdate } from 'y-protocols/sync'
import { WebsocketProvider } from 'y-websocket'
import type * as Y from 'yjs'
import type { PlanId } from '#shared/ids.ts'
import { roomClosed, roomMessage } from '#shared/protocol/plan-room.ts'
import { retryDelayMs } from '../../retry-delay.ts'
import { createPlanPoll, type PlanRequests } from './plan-poll.ts'
import { outgoing } from './outgoing.ts'
import type { PlanDocumentState, PlanRefused } from '../plan-document.ts'
import { watchedSocket, type RoomSocket, type SocketClass } from './room-socket.ts'

/** The server's rooms, and what tells the pages of one device of each other's changes. */
export type Rooms = {
  /** `ws://…/api/plan` */
  readonly url: string
  readonly WebSocket: SocketClass
  /** A channel between pages; it carries person and team, so that people on one device never mix. */
  readonly channel: string
  readonly random: () => number
  /** The way without a socket. */
  readonly requests: PlanRequests
}

export type PlanConnectionDeps = Rooms & {
  readonly planId: PlanId
  readonly doc: Y.Doc
  readonly awareness: Awareness
  /** The server can't know this plan yet. It is asked when `wake` is called after that. */
  readonly isOnItsWay: () => boolean
  /** The server is reached, and no socket to it gets through. */
  readonly isSocketBlocked: () => boolean
  /** Else the server takes nothing, and doesn't say so. */
  readonly mayWrite: () => boolean
  /** Brings into the document what other pages have kept; returns the marks that this answers for. */
  readonly readDisk: () => Promise<Readonly<Record<string, number>>>
  /** The server has stored all of the document, with what stood under these marks. */
  readonly onAllStored: (marks: Readonly<Record<string, number>>) => void
  readonly onState: (change: Partial<PlanDocumentState>) => void
}

/** An answer takes so long at most, twice as long after each time that none came: a slow network needs longer, a dead socket is not waited for. */
const patienceMs = 8_000
const mostPatienceMs = 64_000
/** Whoever comes back to the app finds out within this time. */
const probeMs = 4_000
/** Sockets that fail one after the other before requests are tried. */
const failuresBeforeRequests = 3
/** How often the server is asked whether it is there. */
const pingMs = 15_000

const refusals: ReadonlyMap<number, PlanRefused> = new Map([
  [roomClosed.signedOut, 'signed_out'],
  [roomClosed.notFound, 'not_found'],
  [roomClosed.malformed, 'malformed'],
  [roomClosed.full, 'full'],
])

/** One document's way to its room, for as long as it is open here. The wire is `y-websocket`'s; when to try and whom to believe is decided here. */
export function connectPlan(deps: PlanConnectionDeps) {
  let socket: RoomSocket | undefined
  let marks: Readonly<Record<string, number>> = {}
  let failures = 0
  let patience = patienceMs
  let refused: PlanRefused | undefined
  let retry: ReturnType<typeof setTimeout> | undefined
  let isReading = false
  /** What changes in the document now came from the server. */
  let isTaking = false
  let lastCode: number | undefined
  /** The server does not know the plan yet. */
  let isHeld = false
  let closed = false

  const provider = new WebsocketProvider(deps.url, deps.planId, deps.doc, {
    connect: false,
    awareness: deps.awareness,
    // Each end of a connection comes to `lost`, which knows what to do next.
    shouldReconnect: () => false,
    WebSocketPolyfill: watchedSocket(deps.WebSocket, {
      patienceMs: () => patience,
      onSocket: (made) => (socket = made),
      onDead: () => (patience = Math.min(mostPatienceMs, patience * 2)),
      onStuck() {
        if (deps.mayWrite()) socket?.abort()
        else lookWhetherAllowed()
      },
      onHeard: () => deps.onState({ connection: 'online' }),
      onSent: () => lookWhetherAllowed(),
      onTaking: (taking) => (isTaking = taking),
      outgoing: (message) => outgoing(message, deps.doc.clientID),
    }),
  })
  provider.messageHandlers[roomMessage.stored] = (_answer, message) => {
    socket?.watch.takeStored(decoding.readVarUint(message))
    look()
  }
  provider.on('sync', (isSynced) => {
    if (!isSynced) return
    failures = 0
    patience = patienceMs
    poll.stop()
    deps.onState({ synced: true, here: true, refused: undefined })
    look()
  })
  /**
   * What another page of this device wrote may be what this page builds on, and that page may have no connection. The server takes what it has already for
   * no news.
   */
  function passOn(update: Uint8Array, origin: unknown): void {
    if (origin !== provider || isTaking || socket?.isOpen() !== true) return
    const message = encoding.createEncoder()
    encoding.writeVarUint(message, roomMessage.sync)
    writeUpdate(message, update)
    provider.ws?.send(encoding.toUint8Array(message))
  }
  deps.doc.on('update', passOn)
  const poll = createPlanPoll({
    ...deps.requests,
    path: deps.planId,
    doc: deps.doc,
    readDisk: deps.readDisk,
    onSynced: () => deps.onState({ connection: 'polling', synced: true, here: true, refused: undefined }),
    onAllStored(stored) {
      lastCode = undefined
      deps.onAllStored(stored)
    },
    onNotTaken() {
      deps.onState({ connection: 'polling', synced: true, here: true })
      if (!deps.mayWrite()) deps.onState({ refused: 'not_allowed' })
    },
    onRefused(code) {
      judge(code)
      if (refused !== undefined) giveUp()
    },
    onLost: () => deps.onState({ connection: 'offline' }),
  })
  provider.on('closed', ({ code }) => lost(code))
  provider.bcChannel = `${deps.channel}/${deps.planId}`
  provider.connectBc()
  // Pages have been told of each other, also where there is no network: not again with each try.
  provider.disableBc = true

  const ping = setInterval(() => {
    // The watch decides who is dead. The provider would after half a minute.
    provider.wsLastMessageReceived = Date.now()
    if (socket?.isOpen() === true) ask(patience)
  }, pingMs)

  function ask(ms: number): void {
    const question = encoding.createEncoder()
    encoding.writeVarUint(question, roomMessage.sync)
    writeSyncStep1(question, deps.doc)
    socket?.ask(encoding.toUint8Array(question), ms)
  }

  function hasAllStored(): boolean {
    return socket !== undefined && provider.synced && socket.isOpen() && socket.watch.hasAllStored()
  }

  function lookWhetherAllowed(): void {
    if (socket?.watch.isWaiting() === true && !deps.mayWrite()) deps.onState({ refused: 'not_allowed' })
  }

  function look(): void {
    if (!hasAllStored()) return
    lastCode = undefined
    deps.onAllStored(marks)
    marks = {}
  }

  async function open(): Promise<void> {
    clearTimeout(retry)
    if (closed || isReading || provider.ws !== null) return
    isHeld = deps.isOnItsWay()
    if (isHeld) return deps.onState({ connection: 'offline' })
    isReading = true
    tellUnlessPolling('connecting')
    if (deps.isSocketBlocked()) poll.start()
    marks = await deps.readDisk().catch(() => ({}))
    isReading = false
    if (closed) return
    try {
      provider.connect()
    } catch {
      // A browser may refuse an address before it tries.
      lost(undefined)
    }
  }

  function tellUnlessPolling(connection: 'connecting' | 'offline'): void {
    deps.onState({ connection: poll.isAlive() ? 'polling' : connection })
  }

  function judge(code: number | undefined): void {
    refused = code === undefined ? undefined : refusals.get(code)
    // Once it may have been a change that another page has to bring what it builds on. All at once, it is whole.
    if (refused === 'malformed' && lastCode !== code) refused = undefined
    lastCode = code
    // It is asked for again when the server has taken the plan.
    if (refused === 'not_found' && deps.isOnItsWay()) refused = undefined
  }

  function lost(code: number | undefined): void {
    socket = undefined
    if (closed) return
    clearTimeout(retry)
    failures++
    judge(code)
    if (refused !== undefined) return giveUp()
    deps.onState({ refused })
    tellUnlessPolling('offline')
    if (failures >= failuresBeforeRequests || deps.isSocketBlocked()) poll.start()
    retry = setTimeout(() => void open(), retryDelayMs(failures, deps.random))
  }

  /** The server has said why it takes nothing more of it. */
  function giveUp(): void {
    clearTimeout(retry)
    poll.stop()
    deps.onState({ connection: 'offline', refused })
  }

  void open()
  return {
    /** A connection is worth a try: there is a network again, or somebody looks. */
    wake(): void {
      // What does not fit, and what is no document, is so until it is opened anew.
      if (refused === 'full' || refused === 'malformed') return
      failures = 0
      if (socket?.isOpen() === true) return ask(probeMs)
      if (!isHeld && deps.isSocketBlocked()) poll.start()
      void open()
    },
    /** Whether a change with this origin came in by way of this connection. */
    isOrigin: (origin: unknown): boolean => origin === provider || origin === poll.origin,
    /** The server may not be there any more: whether it is shows soon. */
    doubt(): void {
      if (socket?.isOpen() === true) ask(probeMs)
    },
    /** What this person may do has changed. What was sent while they might not write is sent again once they may. */
    roleChanged(): void {
      if (!deps.mayWrite()) lookWhetherAllowed()
      else if (socket?.watch.isWaiting() === true) socket.abort()
    },
    /** The server may have taken what was on its way. */
    lookForRow(): void {
      if (isHeld && !deps.isOnItsWay()) void open()
    },
    close(): void {
      closed = true
      clearInterval(ping)
      clearTimeout(retry)
      poll.close()
      socket?.watch.close()
      deps.doc.off('update', passOn)
      provider.destroy()
    },
  }
}

export type PlanConnection = ReturnType<typeof connectPlan>
