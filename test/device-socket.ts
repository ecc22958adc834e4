import { WebSocket as NodeWebSocket } from 'ws'
import { uncut, type DeviceNetwork } from './device-network.ts'

/** The browser's class of sockets, with a person's cookies and over a network that a test can cut. */
export function deviceSocket(
  { cookie, origin }: { readonly cookie: string; readonly origin: string },
  network: Pick<DeviceNetwork, 'connect'> = uncut,
): typeof WebSocket {
  class DeviceSocket extends NodeWebSocket {
    constructor(url: string | URL) {
      super(url, { headers: { cookie, origin } })
      network.connect(this)
    }
  }
  return DeviceSocket as unknown as typeof WebSocket
}
