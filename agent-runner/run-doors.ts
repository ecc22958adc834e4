import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One listener on this machine's loopback, from the first `listen` on. */
export function createLoopback(
  serve: RequestListener,
  { maxConnections, ...options }: ServerOptions & { maxConnections?: number },
) {
  let listening: Promise<{ http: Server; port: number }> | undefined
  return {
    /** @returns its port. */
    async listen(): Promise<number> {
      listening ??= new Promise<{ http: Server; port: number }>((resolve, reject) => {
        const http = createServer({ keepAliveTimeout: 65_000, ...options }, serve)
        if (maxConnections !== undefined) http.maxConnections = maxConnections
        http.once('error', reject)
        http.listen(0, '127.0.0.1', () => resolve({ http, port: (http.address() as AddressInfo).port }))
      }).catch((error: unknown) => {
        // The next run tries again.
        listening = undefined
        throw error
      })
      return (await listening).port
    },
    async close(): Promise<void> {
      const open = await listening?.catch(() => undefined)
      open?.http.closeAllConnections()
      if (open !== undefined) await new Promise((resolve) => open.http.close(resolve))
    },
  }
}

/** What a run's token opens, and the requests that are under way with it. */
type Door = { readonly open: Set<AbortController> }

/** Runs by tokens that are worth something on this machine's loopback alone. Kept as hashes, and compared in a time that tells nothing. */
export function createRunDoors<T extends Door>() {
  const doors = new Map<string, { readonly hash: Buffer; readonly door: T }>()
  const end = ({ open }: Door): void => {
    for (const one of [...open]) one.abort()
  }
  return {
    add(door: T): { readonly token: string; close(): void } {
      const token = `drover-${randomBytes(32).toString('base64url')}`
      const hash = hashOf(token)
      const key = hash.toString('hex')
      doors.set(key, { hash, door })
      return {
        token,
        close: () => {
          doors.delete(key)
          end(door)
        },
      }
    },
    find(token: string): T | undefined {
      const hash = hashOf(token)
      const found = doors.get(hash.toString('hex'))
      return found !== undefined && timingSafeEqual(found.hash, hash) ? found.door : undefined
    },
    closeAll(): void {
      for (const { door } of doors.values()) end(door)
      doors.clear()
    },
  }
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
