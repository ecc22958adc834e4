import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { fetchText } from './fetch-text.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('an answer is its status and its text, whatever parts a character comes in', async () => {
  const whole = Buffer.from('{"name":"Zoë"}')
  const url = await serve((_, reply) => {
    reply.writeHead(409)
    reply.write(whole.subarray(0, 11))
    reply.end(whole.subarray(11))
  })
  expect(await fetchText(fetch, url, {})).toEqual({ ok: false, status: 409, text: '{"name":"Zoë"}' })
})

test('whoever takes a request and never answers is given up', async () => {
  const url = await serve(() => undefined)
  await expect(fetchText(fetch, url, {}, 50)).rejects.toThrow()
})

test('an answer that stops half-way is given up too', async () => {
  const url = await serve((_, reply) => void reply.writeHead(200).write('{"half":'))
  await expect(fetchText(fetch, url, {}, 50)).rejects.toThrow()
})
