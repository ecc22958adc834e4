import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A line to a server that breaks as a test says. Connections made after a fault are sound. */
export interface FaultyLink {
  /** Stands in for the server's address. */
  readonly url: string
  /** Ends every connection at once, in the middle of whatever is on its way. */
  cut(): void
  /** Every connection stays open and carries nothing any more in that direction: `up` is to the server. */
  freeze(direction: 'up' | 'down' | 'both'): void
  /** Connections are refused while set. */
  setAway(away: boolean): void
  close(): Promise<void>
}

interface Line {
  up: Socket
  down: Socket
}

export async function openFaultyLink(serverUrl: string): Promise<FaultyLink> {
  const { hostname, port } = new URL(serverUrl)
  const lines = new Set<Line>()
  let away = false

  const proxy = createServer((down) => {
    if (away) return down.destroy()
    const up = connect(Number(port), hostname)
    const line = { up, down }
    lines.add(line)
    down.pipe(up)
    up.pipe(down)
    for (const end of [up, down]) {
      // What broke shows at the other end as a closed connection.
      end.on('error', () => {})
      end.on('close', () => {
        lines.delete(line)
        up.destroy()
        down.destroy()
      })
    }
    return undefined
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))

  function cut(): void {
    for (const { up, down } of [...lines]) {
      up.destroy()
      down.destroy()
    }
  }

  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    cut,
    freeze: (direction) => {
      for (const { up, down } of lines) {
        if (direction !== 'down') {
          down.unpipe(up)
          down.resume()
        }
        if (direction !== 'up') {
          up.unpipe(down)
          up.resume()
        }
      }
    },
    setAway: (next) => {
      away = next
      if (away) cut()
    },
    close: async () => {
      away = true
      cut()
      await new Promise((resolve) => proxy.close(resolve))
    },
  }
}
