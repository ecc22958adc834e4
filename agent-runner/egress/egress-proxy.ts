import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { joinStreams } from '../inside/join.ts'
import { messageOf } from '../log.ts'
import type { EgressGuard } from './egress-guard.ts'
import { ofOneConnection } from './one-connection.ts'

/** A proxy for HTTP and CONNECT that goes where its guard lets it. It listens nowhere; connections are handed to it. */
export interface EgressProxy {
  serve(connection: Duplex): void
  close(): void
}

const connectMs = 15_000
/** A host as it may stand in a request; anything else is not even looked at. */
const target = /^(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9_.-]{1,253}):(\d{1,5})$/
const notPassedOn = new Set(ofOneConnection)

export function createEgressProxy({
  guard,
  onRefused,
}: {
  guard: EgressGuard
  /** Host and why, as a sentence. */
  onRefused: (host: string, why: string) => void
}): EgressProxy {
  const open = new Set<Duplex>()
  const http = createServer((request, response) => {
    passOn(request, response).catch((error: unknown) =>
      answer(response, 502, `It could not be passed on: ${messageOf(error)}`),
    )
  })
  http.on('connect', (request: IncomingMessage, client: Duplex, head: Buffer) => {
    client.on('error', () => {})
    tunnel(request.url ?? '', client, head).catch((error: unknown) =>
      say(client, 502, `It could not be reached: ${messageOf(error)}`),
    )
  })

  /** @returns a connection to an address that was allowed, or a status and a sentence. */
  async function reach(host: string, port: number): Promise<Socket | { status: number; text: string }> {
    const checked = await guard.check(host, port)
    if (!checked.ok) {
      onRefused(host, checked.error)
      return { status: 403, text: `Drover: ${checked.error} This run may only reach the hosts of its environment.` }
    }
    let why = ''
    for (const address of checked.value) {
      const reached = await connectTo(address, port).catch((error: unknown) => messageOf(error))
      if (typeof reached !== 'string') return reached
      why = reached
    }
    return { status: 502, text: `Drover: ${host} could not be reached: ${why}` }
  }

  async function tunnel(where: string, client: Duplex, head: Buffer): Promise<void> {
    const [, host = '', digits = ''] = target.exec(where) ?? []
    const port = Number(digits)
    if (host === '' || port < 1 || port > 65_535) return say(client, 400, 'Drover: CONNECT takes a host and a port.')
    const upstream = await reach(host, port)
    if ('status' in upstream) return say(client, upstream.status, upstream.text)
    if (client.destroyed) return void upstream.destroy()
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
    if (head.byteLength > 0) upstream.write(head)
    joinStreams(client, upstream)
  }

  async function passOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = URL.canParse(request.url ?? '') ? new URL(request.url ?? '') : undefined
    if (url?.protocol !== 'http:')
      return answer(response, 400, 'Drover: this is a proxy. It takes CONNECT, and addresses that begin with http://.')
    const port = url.port === '' ? 80 : Number(url.port)
    if (!target.test(`${url.hostname}:${port}`)) return answer(response, 400, 'Drover: this is no host.')
    const upstream = await reach(url.hostname, port)
    if ('status' in upstream) return answer(response, upstream.status, upstream.text)
    if (response.destroyed) return void upstream.destroy()
    const outgoing = httpRequest({
      createConnection: () => upstream,
      method: request.method,
      path: `${url.pathname}${url.search}`,
      headers: { ...passable(request.headers), host: url.host, connection: 'close' },
    })
    outgoing.once('response', (answered) => {
      response.writeHead(answered.statusCode ?? 502, passable(answered.headers))
      answered.pipe(response)
      answered.once('error', () => response.destroy())
    })
    outgoing.once('error', (error) => answer(response, 502, `Drover: ${url.hostname} broke off: ${error.message}`))
    response.once('close', () => outgoing.destroy())
    request.pipe(outgoing)
  }

  return {
    serve: (connection) => {
      open.add(connection)
      connection.on('error', () => {})
      connection.once('close', () => open.delete(connection))
      http.emit('connection', connection)
    },
    close: () => {
      for (const connection of [...open]) connection.destroy()
    },
  }
}

function connectTo(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true, allowHalfOpen: true })
    const late = setTimeout(() => socket.destroy(new Error('it does not answer')), connectMs)
    socket.once('error', reject)
    socket.once('close', () => clearTimeout(late))
    socket.once('connect', () => {
      clearTimeout(late)
      socket.off('error', reject)
      resolve(socket)
    })
  })
}

function passable(headers: IncomingMessage['headers']): Record<string, string | string[]> {
  const named = new Set((headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()))
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || notPassedOn.has(name) || named.has(name) ? [] : [[name, value]],
    ),
  )
}

const reasons: Readonly<Record<number, string>> = { 400: 'Bad Request', 403: 'Forbidden', 502: 'Bad Gateway' }

function say(client: Duplex, status: number, text: string): void {
  if (client.destroyed) return
  const body = `${text}\n`
  client.end(
    `HTTP/1.1 ${status} ${reasons[status] ?? ''}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}

function answer(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent) return void response.destroy()
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
  response.req.resume()
}
