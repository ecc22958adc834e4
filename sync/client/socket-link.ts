import { BrowserDown, browserProtocol, pingMs, type BrowserUp } from '#shared/protocol/browser-socket.ts'
import { schemaVersion } from '#shared/protocol/sync.ts'
import { maxRetryMs, retryDelayMs } from './retry-delay.ts'

export type LinkState = 'connecting' | 'open' | 'closed'

/**
 * The way to the server's socket, whoever holds it: this page, or another tab of the profile. What is sent while it is
 * closed is dropped; on `open` everybody says again what they want.
 */
export type Link = {
  send(message: BrowserUp): void
  onMessage(listener: (message: BrowserDown) => void): () => void
  /** Called at once with the state, and on each change. */
  onState(listener: (state: LinkState) => void): () => void
  /** Finds out now whether the connection lives: a reply must come within `probeMs`, else it is opened anew. */
  probe(): void
  /** The device says that its network is gone: nothing is waited for, the connection is tried anew. */
  suspend(): void
  close(): void
}

export type SocketLinkDeps = {
  readonly url: string
  readonly profileId: string
  readonly createSocket: (url: string) => WebSocket
  readonly now: () => number
  readonly random: () => number
}

const probeMs = 4_000
const connectMs = 10_000
/** The server closes with these when trying again can't help until something else happened. */
const signedOutCode = 4001

export function createSocketLink(deps: SocketLinkDeps): Link {
  const messages = new Set<(message: BrowserDown) => void>()
  const states = new Set<(state: LinkState) => void>()
  let state: LinkState = 'connecting'
  let socket: WebSocket | undefined
  let failures = 0
  let heardAt = 0
  let closed = false
  let retry: ReturnType<typeof setTimeout> | undefined
  let deadline: ReturnType<typeof setTimeout> | undefined

  const heartbeat = setInterval(() => {
    if (state !== 'open') return
    if (deps.now() - heardAt > 2 * pingMs) reopen()
    else rawSend({ type: 'ping', at: deps.now() })
  }, pingMs)

  function setState(next: LinkState): void {
    if (state === next) return
    state = next
    for (const listener of states) listener(next)
  }

  function rawSend(message: BrowserUp): void {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message))
  }

  function open(): void {
    clearTimeout(retry)
    if (closed) return
    setState('connecting')
    const current = deps.createSocket(deps.url)
    socket = current
    expectWithin(connectMs)
    current.onopen = () => {
      rawSend({ type: 'hello', protocol: browserProtocol, schemaVersion, profileId: deps.profileId })
    }
    current.onmessage = (event: MessageEvent) => {
      if (current !== socket) return
      heardAt = deps.now()
      clearTimeout(deadline)
      const message = parseDown(event.data)
      if (message === undefined) return
      if (message.type === 'welcome') {
        failures = 0
        setState('open')
      }
      for (const listener of messages) listener(message)
    }
    current.onclose = (event: CloseEvent) => {
      if (current === socket) lost(event.code)
    }
    current.onerror = () => {
      if (current === socket) lost(undefined)
    }
  }

  function lost(code: number | undefined): void {
    detach()
    clearTimeout(retry)
    setState('closed')
    if (closed) return
    failures++
    const least = code === signedOutCode ? maxRetryMs : undefined
    retry = setTimeout(open, retryDelayMs(failures, deps.random, least))
  }

  function detach(): void {
    clearTimeout(deadline)
    const old = socket
    socket = undefined
    if (old === undefined) return
    old.onopen = old.onmessage = old.onclose = null
    // Closing a socket that is still connecting is an error to some of them.
    old.onerror = () => undefined
    old.close()
  }

  function reopen(): void {
    detach()
    failures = 0
    open()
  }

  function expectWithin(ms: number): void {
    clearTimeout(deadline)
    deadline = setTimeout(() => {
      detach()
      lost(undefined)
    }, ms)
  }

  open()
  return {
    send: rawSend,
    onMessage(listener) {
      messages.add(listener)
      return () => messages.delete(listener)
    },
    onState(listener) {
      states.add(listener)
      listener(state)
      return () => states.delete(listener)
    },
    probe() {
      if (state !== 'open') return reopen()
      rawSend({ type: 'ping', at: deps.now() })
      expectWithin(probeMs)
    },
    suspend() {
      if (!closed) lost(undefined)
    },
    close() {
      closed = true
      clearInterval(heartbeat)
      clearTimeout(retry)
      detach()
      setState('closed')
    },
  }
}

function parseDown(data: unknown): BrowserDown | undefined {
  if (typeof data !== 'string') return undefined
  try {
    const parsed = BrowserDown.safeParse(JSON.parse(data))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}
