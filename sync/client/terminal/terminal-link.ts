import type { TerminalId } from '#shared/ids.ts'
import {
  TerminalDown,
  terminalClosed,
  terminalProtocol,
  type TerminalAsk,
  type TerminalUp,
} from '#shared/protocol/terminal.ts'
import { terminalLimits } from '#shared/domain/terminal.ts'
import { pingMs } from '#shared/protocol/browser-socket.ts'
import type { Refusal } from '#shared/refusal.ts'
import { retryDelayMs } from '../retry-delay.ts'

export type TerminalState = Extract<TerminalDown, { type: 'state' }>

/** What comes of a terminal: text to add, or `reset`, with which the screen begins anew. */
export type TerminalPiece = {
  readonly data: string
  readonly reset: boolean
  /** Offset behind it. */
  readonly end: number
  /** It was printed before this page looked. */
  readonly isOld: boolean
}

/**
 * One page's way to the terminals of a run. Output goes on where it stood when the connection comes back, without a gap and without a
 * repeat. What is typed while it is away is dropped and told so: a key must not act later than its person thinks.
 */
export type TerminalLink = {
  /** Sends it now. @returns false when there is no connection: nothing was sent, and nothing will be. */
  ask(ask: TerminalAsk): boolean
  /** What was typed. @returns as `ask`. */
  type(terminalId: TerminalId, data: string): boolean
  watch(terminalId: TerminalId, onPiece: (piece: TerminalPiece) => void): () => void
  /** What was given out up to here is drawn. */
  drawn(terminalId: TerminalId, offset: number): void
  isOpen(): boolean
  /** The device says that its network is gone: nothing is sent from here on, not even what waits to be. */
  rest(): void
  /** It is back: try now. */
  wake(): void
  close(): void
}

export type TerminalLinkDeps = {
  readonly url: string
  readonly device: string
  readonly createSocket: (url: string) => WebSocket
  readonly now: () => number
  /** ms, by a clock that only goes forward. */
  readonly ticks: () => number
  readonly random: () => number
  readonly onState: (state: TerminalState) => void
  readonly onOpen: (isOpen: boolean) => void
  readonly onRefused: (refused: { ask: string; terminalId: TerminalId; refusal: Refusal }) => void
  /** It will not come again: signed out, another team's run, another version. */
  readonly onEnd: (why: 'signed_out' | 'not_found' | 'reload') => void
}

type Watch = { have: number; acked: number; old: number; onPiece: (piece: TerminalPiece) => void }

/** Read is told in steps. */
const ackStep = terminalLimits.windowUnits / 8
const connectMs = 10_000

export function createTerminalLink(deps: TerminalLinkDeps): TerminalLink {
  const watches = new Map<TerminalId, Watch>()
  let socket: WebSocket | undefined
  let isOpen = false
  let isOver = false
  let failures = 0
  let heardAt = 0
  let greetedAt = 0
  let isResting = false
  let seq = 0
  let retry: ReturnType<typeof setTimeout> | undefined
  let deadline: ReturnType<typeof setTimeout> | undefined

  const heartbeat = setInterval(() => {
    if (!isOpen) return
    if (deps.now() - heardAt > 2 * pingMs) drop()
    else send({ type: 'ping' })
  }, pingMs)

  function send(message: TerminalUp): boolean {
    if (socket?.readyState !== WebSocket.OPEN) return false
    socket.send(JSON.stringify(message))
    return true
  }

  function setOpen(open: boolean): void {
    if (isOpen === open) return
    isOpen = open
    deps.onOpen(open)
  }

  function drop(): void {
    const old = socket
    socket = undefined
    clearTimeout(deadline)
    old?.close()
    setOpen(false)
    if (isOver || isResting) return
    clearTimeout(retry)
    retry = setTimeout(connect, retryDelayMs(failures++, deps.random))
  }

  function end(why: Parameters<TerminalLinkDeps['onEnd']>[0]): void {
    isOver = true
    drop()
    deps.onEnd(why)
  }

  function connect(): void {
    clearTimeout(retry)
    if (isOver || isResting) return
    const current = deps.createSocket(deps.url)
    socket = current
    deadline = setTimeout(() => current === socket && drop(), connectMs)
    current.onopen = () => {
      greetedAt = deps.ticks()
      send({ type: 'hello', protocol: terminalProtocol, device: deps.device })
      for (const [terminalId, { have }] of watches) watchFrom(terminalId, have)
    }
    current.onmessage = (event: MessageEvent) => {
      if (current !== socket) return
      heardAt = deps.now()
      clearTimeout(deadline)
      const message = parseDown(event.data)
      if (message !== undefined) take(message)
    }
    current.onclose = (event) => {
      if (current !== socket) return
      if (event.code === terminalClosed.signedOut) end('signed_out')
      else if (event.code === terminalClosed.notFound) end('not_found')
      else drop()
    }
  }

  function watchFrom(terminalId: TerminalId, have: number): void {
    send({ type: 'watch', terminalId, ...(have === 0 ? {} : { from: have }) })
  }

  function take(message: TerminalDown): void {
    switch (message.type) {
      case 'state':
        failures = 0
        setOpen(true)
        return deps.onState(message)
      case 'output':
        return takeOutput(message)
      case 'refused':
        // What this connection says comes too late: another one begins anew.
        if (message.refusal.code === 'stale') drop()
        return deps.onRefused(message)
      case 'reload':
        return end('reload')
      case 'pong':
        return
    }
  }

  function takeOutput({ terminalId, offset, data, reset, old }: Extract<TerminalDown, { type: 'output' }>): void {
    const known = watches.get(terminalId)
    if (known === undefined) return
    const until = offset + data.length
    if (!reset && offset > known.have) return watchFrom(terminalId, known.have)
    const fresh = reset ? data : data.slice(known.have - offset)
    if (fresh === '' && !reset) return
    known.have = until
    if (reset) {
      known.acked = offset
      known.old = old ?? until
    }
    known.onPiece({ data: fresh, reset, end: until, isOld: until <= known.old })
  }

  function ask(wish: TerminalAsk): boolean {
    return isOpen && send({ type: 'ask', at: Math.max(0, deps.ticks() - greetedAt), ask: wish })
  }

  connect()
  return {
    ask,
    type(terminalId, data) {
      if (!isOpen) return false
      for (let at = 0; at < data.length; at += terminalLimits.inputUnits) {
        const piece = data.slice(at, at + terminalLimits.inputUnits)
        if (!ask({ type: 'input', terminalId, seq: ++seq, data: piece })) return false
      }
      return true
    },
    watch(terminalId, onPiece) {
      const watch: Watch = { have: 0, acked: 0, old: 0, onPiece }
      watches.set(terminalId, watch)
      watchFrom(terminalId, 0)
      return () => {
        if (watches.get(terminalId) !== watch) return
        watches.delete(terminalId)
        send({ type: 'unwatch', terminalId })
      }
    },
    drawn(terminalId, offset) {
      const known = watches.get(terminalId)
      if (known === undefined || offset <= known.acked) return
      if (offset < known.have && offset - known.acked < ackStep) return
      known.acked = offset
      send({ type: 'ack', terminalId, offset })
    },
    isOpen: () => isOpen,
    rest() {
      isResting = true
      clearTimeout(retry)
      drop()
    },
    wake() {
      failures = 0
      isResting = false
      if (isOpen) send({ type: 'ping' })
      else if (!isOver) {
        socket?.close()
        socket = undefined
        connect()
      }
    },
    close() {
      isOver = true
      clearInterval(heartbeat)
      clearTimeout(retry)
      drop()
    },
  }
}

function parseDown(data: unknown): TerminalDown | undefined {
  if (typeof data !== 'string') return undefined
  try {
    return TerminalDown.safeParse(JSON.parse(data)).data
  } catch {
    return undefined
  }
}
