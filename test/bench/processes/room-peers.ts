/**
 * Servers of rooms to measure beside: `ROOM_PEER=y-websocket` is `@y/websocket-server`, `ROOM_PEER=hocuspocus` is `@hocuspocus/server`; both as they are
 * without settings, so without a store. Says the port.
 */
import { createServer } from 'node:http'
import { Server as Hocuspocus } from '@hocuspocus/server'
import { setupWSConnection } from '@y/websocket-server/utils'
import { WebSocketServer } from 'ws'
import { inheritedEnvironment } from '#server/config.ts'

if (inheritedEnvironment()['ROOM_PEER'] === 'hocuspocus') {
  const server = new Hocuspocus({ quiet: true, port: 0, address: '127.0.0.1', stopOnSignals: false })
  await server.listen()
  process.send?.({ type: 'listening', port: server.address.port })
} else {
  const http = createServer()
  const sockets = new WebSocketServer({ server: http, perMessageDeflate: false })
  sockets.on('connection', (socket, request) => setupWSConnection(socket, request, { gc: true }))
  http.listen(0, '127.0.0.1', () => {
    const address = http.address()
    process.send?.({ type: 'listening', port: typeof address === 'object' ? address?.port : undefined })
  })
}
