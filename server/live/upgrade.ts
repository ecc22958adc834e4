import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type RawData, type WebSocket } from 'ws'
import { maxFrameBytes } from '#shared/protocol/run-event.ts'
import { toClientAddress } from '../middleware/client-address.ts'
import type { RefusedRequest } from '../refusal-log.ts'

export type UpgradeRoute = {
  /** Parts that begin with `:` stand for any one part; `accept` is given the path as it is. */
  readonly path: string
  /** Decides before the socket exists: an HTTP status to refuse with, or what to do with the socket. */
  accept(
    headers: Headers,
    address: string,
    path: string,
  ): Promise<{ status: number; reason: string } | ((socket: WebSocket) => void)>
}

const noSocket = { status: 404, reason: 'There is no socket here.' }
/** Largest frame on any socket; a runner's full frame of events with its envelope fits. */
const maxPayload = 2 * maxFrameBytes
const pingMs = 30_000

/** WebSocket upgrades of the server: origin and authority are checked before an upgrade is answered; dead peers are found by ping. */
export function handleUpgrades(
  server: Server,
  routes: readonly UpgradeRoute[],
  deps: {
    /** Why nobody can be let in now, in a sentence; `undefined` when they can. */
    readonly trouble: () => string | undefined
    readonly onRefused: (refused: RefusedRequest) => void
    readonly onError: (error: unknown) => void
  },
): { close(): void } {
  const wss = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false })
  const alive = new WeakSet<WebSocket>()

  const timer = setInterval(() => {
    for (const socket of wss.clients) {
      if (!alive.has(socket)) {
        socket.terminate()
        continue
      }
      alive.delete(socket)
      socket.ping()
    }
  }, pingMs)

  async function upgrade(request: IncomingMessage, duplex: Duplex, head: Buffer): Promise<void> {
    const path = URL.parse(request.url ?? '/', 'http://localhost')?.pathname
    const route = path === undefined ? undefined : routes.find((one) => isPathOf(one.path, path))
    const trouble = deps.trouble()
    if (route !== undefined && trouble !== undefined) return refuse(duplex, 503, trouble)
    const headers = toHeaders(request)
    const address = toClientAddress(
      request.socket.remoteAddress ?? 'unknown',
      headers.get('x-forwarded-for') ?? undefined,
    )
    const outcome = route === undefined ? noSocket : await route.accept(headers, address, path ?? '')
    if (typeof outcome !== 'function') {
      deps.onRefused({
        method: 'SOCKET',
        path: route?.path ?? 'unknown',
        status: outcome.status,
        address,
        why: outcome.reason,
      })
      return refuse(duplex, outcome.status, outcome.reason)
    }
    if (duplex.destroyed) return
    wss.handleUpgrade(request, duplex, head, (socket) => {
      alive.add(socket)
      socket.on('pong', () => alive.add(socket))
      socket.on('message', () => alive.add(socket))
      outcome(socket)
    })
  }

  const onUpgrade = (request: IncomingMessage, duplex: Duplex, head: Buffer): void => {
    duplex.on('error', () => duplex.destroy())
    upgrade(request, duplex, head).catch((error: unknown) => {
      deps.onError(error)
      const trouble = deps.trouble()
      refuse(duplex, trouble === undefined ? 500 : 503, trouble ?? 'The server failed.')
    })
  }
  server.on('upgrade', onUpgrade)
  return {
    close() {
      clearInterval(timer)
      server.off('upgrade', onUpgrade)
      for (const socket of wss.clients) socket.terminate()
      wss.close()
    },
  }
}

function isPathOf(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split('/'), path.split('/')]
  return wanted.length === given.length && wanted.every((part, n) => part.startsWith(':') || part === given[n])
}

function toHeaders(request: IncomingMessage): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  return headers
}

function refuse(duplex: Duplex, status: number, reason: string): void {
  if (duplex.destroyed) return
  const body = JSON.stringify({ error: reason })
  duplex.end(
    `HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

/** A frame's bytes as text, however `ws` hands them over. */
export function frameText(data: RawData): string {
  return frameBytes(data).toString('utf8')
}

/** A frame's bytes, however `ws` hands them over. */
export function frameBytes(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data)
  return data instanceof ArrayBuffer ? Buffer.from(data) : data
}
