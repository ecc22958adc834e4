/**
 * Executed in a container: listens where the runner says, on loopback, and carries the connections that come in over its own stdin and stdout.
 * It uses nothing but Node, and ends when the runner lets go of it.
 */
import { createServer } from 'node:net'
import { createFrameReader, numberIn, writeFrame, type Frame } from './frames.ts'
import { joinStreams } from './join.ts'
import { createMux } from './mux.ts'

/** A bridge that has just died may still hold the port. */
const triesToListen = 40
const tryAgainMs = 50

const mux = createMux({ write: (frame) => process.stdout.write(frame) })
const read = createFrameReader(take)

process.stdout.on('drain', () => mux.drained())
process.stdout.on('error', () => process.exit(0))
process.stdin.on('error', () => process.exit(0))
process.stdin.on('end', () => process.exit(0))
process.stdin.on('data', read)

function take(frame: Frame): void {
  if (frame.type === 'listen') listen(frame.id, numberIn(frame), triesToListen)
  else mux.take(frame)
}

function listen(door: number, port: number, tries: number): void {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const stream = mux.open(door)
    if (stream === undefined) socket.destroy()
    else joinStreams(socket, stream)
  })
  server.once('error', (error) => {
    if (port !== 0 && tries > 1 && 'code' in error && error.code === 'EADDRINUSE')
      setTimeout(() => listen(door, port, tries - 1), tryAgainMs)
    else process.stdout.write(writeFrame('failed', door, Buffer.from(error.message.slice(0, 500))))
  })
  server.listen(port, '127.0.0.1', () => {
    const address = server.address()
    const opened = typeof address === 'object' && address !== null ? address.port : port
    process.stdout.write(writeFrame('listening', door, opened))
  })
}
