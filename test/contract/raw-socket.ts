import { WebSocket } from 'ws'
import type { z } from 'zod'
import { frameText } from '#server/live/upgrade.ts'

type Typed = { readonly type: string }

/** A socket that sends whatever a test wants and holds every answer to the schema of the real other side. */
export type RawSocket<Down extends Typed> = {
  readonly socket: WebSocket
  raw(frame: string | Buffer): void
  send(message: object): void
  /** The next message of this type that was not taken yet. */
  next<T extends Down['type']>(type: T): Promise<Extract<Down, { type: T }>>
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  close(): void
}

export async function openRawSocket<Down extends Typed>(options: {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly down: z.ZodType<Down>
}): Promise<RawSocket<Down>> {
  const socket = new WebSocket(options.url.replace(/^http/, 'ws'), { headers: options.headers })
  const messages: Down[] = []
  const waiting = new Set<() => void>()
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.on('close', (code, reason) => resolve({ code, reason: String(reason) })),
  )
  socket.on('message', (data) => {
    messages.push(options.down.parse(JSON.parse(frameText(data))))
    for (const look of waiting) look()
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve())
    socket.once('unexpected-response', (_request, response) => {
      reject(new Refused(response.statusCode ?? 0))
      socket.terminate()
    })
    socket.once('error', reject)
  })
  socket.on('error', () => undefined)
  return {
    socket,
    raw: (frame) => socket.send(frame),
    send: (message) => socket.send(JSON.stringify(message)),
    next: (type) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`no ${type} within 10 s; came ${JSON.stringify(messages)}`)),
          10_000,
        )
        const isWanted = (message: Down): message is Extract<Down, { type: typeof type }> => message.type === type
        const look = (): void => {
          const found = messages.find(isWanted)
          if (found === undefined) return
          messages.splice(messages.indexOf(found), 1)
          clearTimeout(timer)
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
      }),
    closed,
    close: () => socket.terminate(),
  }
}

/** The upgrade was answered with an HTTP status. */
export class Refused extends Error {
  readonly status: number
  constructor(status: number) {
    super(`refused with ${status}`)
    this.status = status
  }
}
