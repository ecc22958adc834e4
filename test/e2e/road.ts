import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'

/**
 * What lies between the browser and the server.
 * - `open`: everything passes.
 * - `cut`: nobody is there; connections are refused and those that stood are reset.
 * - `silent`: takes everything and answers nothing, sockets that stand included.
 * - `portal`: answers everything with 200 and a page of HTML.
 * - `no_sockets`: a proxy that knows no WebSocket: it answers the upgrade with 403 and passes the rest.
 */
export type RoadState = 'open' | 'cut' | 'silent' | 'portal' | 'no_sockets'

export type Road = {
  readonly port: number
  readonly origin: string
  set(state: RoadState): Promise<void>
  /** Resolves when somebody asks for this path next, whatever they are answered. */
  asked(path: string): Promise<void>
  close(): Promise<void>
}

const portalPage = '<!doctype html><title>Free Wi-Fi</title><h1>Welcome! Please accept our terms.</h1>'

const upgradeAnswers = {
  portal: `HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${portalPage}`,
  refused: 'HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n',
}

/** A proxy on a port of its own (a free one unless told otherwise), as people meet them. `target` is the server's port. */
export async function openRoad(target: number, port = 0): Promise<Road> {
  let state: RoadState = 'open'
  const waiting = new Map<string, () => void>()
  const sockets = new Set<Socket>()
  const proxy = createServer(answer)
  proxy.on('connection', (socket) => keep(socket))
  proxy.on('upgrade', (asked, socket: Socket, head: Buffer) => {
    if (state === 'silent') return
    if (state === 'open') pass(asked, socket, head)
    else socket.end(state === 'portal' ? upgradeAnswers.portal : upgradeAnswers.refused)
  })

  function pass(asked: IncomingMessage, socket: Socket, head: Buffer): void {
    const onward = keep(connect(target, '127.0.0.1'))
    const lines = asked.rawHeaders.flatMap((name, at, all) => (at % 2 === 0 ? [`${name}: ${all[at + 1] ?? ''}`] : []))
    onward.write(`GET ${asked.url ?? '/'} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
    onward.write(head)
    carry(onward, socket)
    carry(socket, onward)
  }

  function keep(socket: Socket): Socket {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    return socket
  }

  function carry(from: Socket, to: Socket): void {
    from.on('data', (part) => state !== 'silent' && to.write(part))
    from.on('close', () => to.destroy())
  }

  function answer(asked: IncomingMessage, reply: ServerResponse): void {
    const [path = ''] = (asked.url ?? '').split('?')
    reply.on('close', () => waiting.get(path)?.())
    if (state === 'silent') return
    if (state === 'portal') {
      asked.resume()
      reply.writeHead(200, { 'content-type': 'text/html' }).end(portalPage)
      return
    }
    const { method, url, headers } = asked
    const onward = request({ host: '127.0.0.1', port: target, method, path: url, headers }, (given) => {
      reply.writeHead(given.statusCode ?? 502, given.headers)
      given.pipe(reply)
    })
    onward.on('error', () => (reply.headersSent ? reply.destroy() : reply.writeHead(502).end()))
    asked.pipe(onward)
  }

  const listen = (on: number): Promise<void> =>
    new Promise((resolve, reject) => {
      proxy.once('error', reject)
      proxy.listen(on, '127.0.0.1', () => resolve())
    })
  const stop = (): Promise<void> => {
    const stopped = new Promise<void>((resolve) => proxy.close(() => resolve()))
    for (const socket of sockets) socket.destroy()
    return stopped
  }

  await listen(port)
  const own = (proxy.address() as AddressInfo).port
  return {
    port: own,
    origin: `http://localhost:${own}`,
    async set(next) {
      const before = state
      if (before === next) return
      state = next
      if (before === 'cut') await listen(own)
      else if (next === 'cut') await stop()
      // Silence is how connections that stand go quiet; every other change is a new device on the road, which knows none.
      else if (next !== 'silent') for (const socket of sockets) socket.destroy()
    },
    asked: (path) => new Promise((resolve) => waiting.set(path, resolve)),
    async close() {
      if (state !== 'cut') await stop()
    },
  }
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', () => resolve()))
  const { port } = probe.address() as AddressInfo
  await new Promise<void>((resolve) => probe.close(() => resolve()))
  return port
}
