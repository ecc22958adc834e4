import type { WebSocket } from 'ws'

/** Where a device is cut off. `before`: nothing gets through. `after`: what it sends arrives, and nothing comes back; `requests`: of requests alone. */
export type Cut = 'no' | 'before' | 'after' | 'requests'

/** A device's way to the server, HTTP and socket alike, so that no test cuts one and is overtaken by the other. */
export type DeviceNetwork = {
  cut(where: Cut): void
  readonly fetch: (real: typeof fetch) => typeof fetch
  connect(socket: WebSocket): void
}

export const uncut: Pick<DeviceNetwork, 'fetch' | 'connect'> = { fetch: (real) => real, connect: () => undefined }

export function openDeviceNetwork(): DeviceNetwork {
  const sockets = new Set<WebSocket>()
  let where: Cut = 'no'
  return {
    cut(next) {
      where = next
      if (where === 'before') for (const socket of sockets) socket.terminate()
    },
    fetch: (real) => async (input, init) => {
      if (where === 'before') throw new TypeError('no network')
      const answer = await real(input, init)
      if (where !== 'no') throw new TypeError('the answer was lost')
      return answer
    },
    connect(socket) {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
      const emit = socket.emit.bind(socket)
      socket.emit = (event: string | symbol, ...args: unknown[]) => {
        if (event !== 'message' || where === 'no' || where === 'requests') return emit(event, ...args)
        socket.terminate()
        return true
      }
      if (where === 'before') socket.terminate()
    },
  }
}
