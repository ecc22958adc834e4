/** A provider that streams: every few ms a chunk to all who listen at once, with the time at which it was sent. Over IPC it tells its port. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { clock } from '../lib/figure.ts'

const everyMs = 4
const filling = 'x'.repeat(120)
const left = new Map<ServerResponse, number>()

const http = createServer((request, response) => {
  request.resume()
  response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
  left.set(response, Number(new URL(request.url ?? '/', 'http://provider').searchParams.get('chunks') ?? 100))
  response.once('close', () => left.delete(response))
})
setInterval(() => {
  const chunk = `data: {"at":${clock()},"delta":"${filling}"}\n\n`
  for (const [response, chunks] of left) {
    left.set(response, chunks - 1)
    if (chunks > 0) response.write(chunk)
    else response.end('data: {"model":"m","usage":{"prompt_tokens":1,"completion_tokens":1}}\n\n')
  }
}, everyMs)
http.listen(0, '127.0.0.1', () => process.send?.({ port: (http.address() as AddressInfo).port }))
process.once('disconnect', () => process.exit(0))
