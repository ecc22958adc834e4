import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect, createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from 'node:net'
import { duplexPair } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { joinStreams } from '../inside/join.ts'
import { createEgressGuard } from './egress-guard.ts'
import { createEgressProxy, type EgressProxy } from './egress-proxy.ts'

let web: Server
let webPort: number
let door: TcpServer
let proxy: EgressProxy
let refused: string[]
let asked: string[]
/** What the name leads to, one look after the other. */
let answers: string[]
beforeEach(async () => {
  refused = []
  asked = []
  answers = []
  web = createServer((request, response) => {
    response.setHeader('connection', 'close, x-hop')
    response.setHeader('x-hop', '1')
    request.setEncoding('utf8').on('data', (piece: string) => response.write(piece))
    request.on('end', () =>
      response.end(`|${request.method} ${request.url} ${request.headers.host} ${Object.keys(request.headers).join()}`),
    )
  })
  web.listen(0, '127.0.0.1')
  await once(web, 'listening')
  webPort = (web.address() as AddressInfo).port
  const guard = createEgressGuard({
    hosts: [`web.test:${webPort}`, '*.sub.test', '127.0.0.1'],
    resolve: async (host) => {
      asked.push(host)
      return [answers.shift() ?? '127.0.0.1']
    },
  })
  proxy = createEgressProxy({ guard, onRefused: (host, why) => refused.push(`${host}: ${why}`) })
  // Connections come as streams that are no sockets, as from a container.
  door = createTcpServer({ allowHalfOpen: true }, (socket) => {
    const [near, far] = duplexPair()
    joinStreams(socket, near)
    proxy.serve(far)
  })
  door.listen(0, '127.0.0.1')
  await once(door, 'listening')
})
afterEach(async () => {
  proxy.close()
  web.closeAllConnections()
  for (const server of [web, door]) await new Promise((resolve) => server.close(resolve))
})

/** Says something to the proxy and reads until it closes. */
async function say(request: string): Promise<string> {
  const socket = connect((door.address() as AddressInfo).port, '127.0.0.1')
  socket.write(request)
  return text(socket)
}
const get = (path = '/a?b=c') => `GET ${path} HTTP/1.1\r\nhost: web.test\r\nconnection: close\r\n\r\n`

test('a tunnel to a listed host carries both ways', async () => {
  const said = await say(`CONNECT web.test:${webPort} HTTP/1.1\r\n\r\n${get()}`)
  expect(said).toMatch(/^HTTP\/1\.1 200 Connection Established\r\n\r\nHTTP\/1\.1 200 OK/)
  expect(said).toContain('|GET /a?b=c web.test')
  expect(refused).toEqual([])
})

test('a plain request is passed on without what is for the proxy alone', async () => {
  const said = await say(
    `POST http://web.test:${webPort}/a?b=c HTTP/1.1\r\nhost: other.test\r\nproxy-authorization: x\r\nx-own: 1\r\nx-mine: 1\r\nconnection: close, x-mine\r\ncontent-length: 5\r\n\r\nhello`,
  )
  expect(said).toMatch(/hello[^]*\|POST \/a\?b=c/)
  expect(said).toContain(`web.test:${webPort} host,x-own,content-length,connection`)
  expect(said).not.toContain('x-hop')
})

test('what is not listed is refused with a sentence, and told', async () => {
  expect(await say(`CONNECT web.test:${webPort + 1} HTTP/1.1\r\n\r\n`)).toContain(
    `Drover: web.test (port ${webPort + 1}) is not listed. This run may only reach the hosts of its environment.`,
  )
  expect(await say('GET http://evil.test/ HTTP/1.1\r\nhost: web.test\r\nconnection: close\r\n\r\n')).toMatch(
    /^HTTP\/1\.1 403[^]*evil\.test \(port 80\) is not listed/,
  )
  expect(refused).toEqual([
    `web.test: web.test (port ${webPort + 1}) is not listed.`,
    'evil.test: evil.test (port 80) is not listed.',
  ])
  expect(asked).toEqual([])
})

test('a name is looked up once: what it leads to afterwards changes nothing', async () => {
  answers = ['10.0.0.1', '127.0.0.1']
  expect(await say(`CONNECT a.sub.test:${webPort} HTTP/1.1\r\n\r\n`)).toContain('leads to 10.0.0.1')
  answers = ['127.0.0.1', '10.0.0.1']
  expect(await say(`CONNECT a.sub.test:${webPort} HTTP/1.1\r\n\r\n${get()}`)).toContain('|GET /a?b=c')
  expect(asked).toEqual(['a.sub.test', 'a.sub.test'])
})

test('what is no proxy request, and a host that is not there, are answered', async () => {
  expect(await say(get('/'))).toMatch(/^HTTP\/1\.1 400/)
  expect(await say(get('ftp://web.test/'))).toMatch(/^HTTP\/1\.1 400/)
  expect(await say('CONNECT web.test HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 400/)
  expect(await say('CONNECT web.test:70000 HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 400/)
  expect(await say('CONNECT we"b:1 HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 400/)
  expect(await say('CONNECT 127.0.0.1:1 HTTP/1.1\r\n\r\n')).toMatch(
    /^HTTP\/1\.1 502[^]*could not be reached: connect ECONNREFUSED/,
  )
})
