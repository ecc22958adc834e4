import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer as createTcpServer } from 'node:net'
import { createWebSocketStream, WebSocketServer } from 'ws'
import { delayed } from './latency.ts'

/** Where PostgreSQL listens: a TCP address or the path of its Unix socket. */
export type Upstream = { readonly host: string; readonly port: number } | { readonly path: string }

export type Proxy = {
  readonly port: number
  /** Breaks every connection at once, without a goodbye. */
  breakAll(): void
  close(): Promise<void>
}

/** `setAway`: as if PostgreSQL had gone, or were back. */
export type TcpProxy = Proxy & { setAway(isAway: boolean): void }

/**
 * What Neon's own proxy does for its driver: each WebSocket carries the bytes of one PostgreSQL connection.
 * Answers come `latencyMs` later, once for each round trip.
 */
export async function startNeonProxy(upstream: Upstream, latencyMs = 0): Promise<Proxy> {
  const server = createServer()
  const sockets = new WebSocketServer({ server, perMessageDeflate: false })
  const open = new Set<Socket>()
  sockets.on('connection', (webSocket) => {
    const database = track(open, connect(upstream))
    const stream = createWebSocketStream(webSocket)
    stream.on('error', () => database.destroy())
    database.on('error', () => webSocket.terminate())
    webSocket.on('close', () => database.destroy())
    stream.pipe(database)
    database.pipe(delayed(latencyMs)).pipe(stream)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    breakAll() {
      for (const client of sockets.clients) client.terminate()
      for (const socket of open) socket.destroy()
    },
    async close() {
      for (const client of sockets.clients) client.terminate()
      for (const socket of open) socket.destroy()
      sockets.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The same over plain TCP, for node-postgres with a slow network. */
export async function startTcpProxy(upstream: Upstream, latencyMs = 0): Promise<TcpProxy> {
  let away = false
  const open = new Set<Socket>()
  const server = createTcpServer((client) => {
    if (away) return void client.destroy()
    client.setNoDelay(true)
    const database = track(open, connect(upstream))
    track(open, client)
    client.on('error', () => database.destroy())
    database.on('error', () => client.destroy())
    client.on('close', () => database.destroy())
    client.pipe(database)
    database.pipe(delayed(latencyMs)).pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const breakAll = (): void => {
    for (const socket of open) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    breakAll,
    setAway(isAway) {
      away = isAway
      if (away) breakAll()
    },
    async close() {
      breakAll()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function track(open: Set<Socket>, socket: Socket): Socket {
  open.add(socket)
  socket.on('close', () => open.delete(socket))
  return socket
}
