import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { toDatabaseError } from './errors.ts'

export type NotificationHandlers = {
  /** The payload of one NOTIFY, in the order of the commits. */
  readonly onNotify: (payload: string) => void
  /** The connection broke and is listening again: notifications in between are lost, so read what may have changed. */
  readonly onGap: () => void
}

export type Listener = { close(): Promise<void> }

export type Notifications = {
  /** Resolves once the server listens: every NOTIFY committed after that arrives, or `onGap` is called. */
  listen(channel: string, handlers: NotificationHandlers): Promise<Listener>
  close(): Promise<void>
}

/** A connection whose other end vanished without a word is found by this ping. */
const PING_MS = 15_000
const PING_PATIENCE_MS = 10_000
const RETRY_FIRST_MS = 50
const RETRY_LONGEST_MS = 5_000

/**
 * LISTEN for any number of channels over one connection, opened with the first and closed with the last.
 *
 *   idle --listen--> connecting --> listening --broken--> connecting (back-off) --> listening + onGap
 */
export function createNotifications(createClient: () => pg.Client): Notifications {
  const channels = new Map<string, Set<NotificationHandlers>>()
  const stopped = new AbortController()
  let client: pg.Client | undefined
  let connecting: Promise<pg.Client> | undefined
  let closed = false

  /** One attempt: connect and LISTEN to all channels. */
  const open = async (): Promise<pg.Client> => {
    const fresh = createClient()
    try {
      await fresh.connect()
      fresh.on('notification', ({ channel, payload }) => {
        for (const handlers of [...(channels.get(channel) ?? [])]) handlers.onNotify(payload ?? '')
      })
      let lost = false
      const lose = (): void => {
        if (lost) return
        lost = true
        clearInterval(ping)
        fresh.removeAllListeners('notification')
        void fresh.end().catch(() => undefined)
        if (client !== fresh) return
        client = undefined
        if (!closed && channels.size > 0) void recover()
      }
      const ping = startPing(fresh, lose)
      fresh.on('error', lose)
      fresh.on('end', lose)
      for (const channel of channels.keys()) await fresh.query(`listen ${quote(channel)}`)
      client = fresh
      return fresh
    } catch (error) {
      await fresh.end().catch(() => undefined)
      throw toDatabaseError(error)
    }
  }

  const connect = (): Promise<pg.Client> => {
    connecting ??= open().finally(() => {
      connecting = undefined
    })
    return connecting
  }

  const recover = async (): Promise<void> => {
    for (let pause = RETRY_FIRST_MS; !closed && channels.size > 0; pause = Math.min(pause * 2, RETRY_LONGEST_MS)) {
      try {
        await connect()
        for (const set of channels.values()) for (const handlers of [...set]) handlers.onGap()
        return
      } catch {
        await delay(pause, undefined, { signal: stopped.signal, ref: false }).catch(() => undefined)
      }
    }
  }

  const drop = async (channel: string, handlers: NotificationHandlers): Promise<void> => {
    const set = channels.get(channel)
    if (!set?.delete(handlers) || set.size > 0) return
    channels.delete(channel)
    if (channels.size === 0) {
      const last = client
      client = undefined
      await last?.end().catch(() => undefined)
      return
    }
    await client?.query(`unlisten ${quote(channel)}`).catch(() => undefined)
  }

  return {
    async listen(channel, handlers) {
      const set = channels.get(channel) ?? new Set()
      channels.set(channel, set)
      set.add(handlers)
      try {
        const current = client ?? (await connect())
        await current.query(`listen ${quote(channel)}`)
      } catch (error) {
        await drop(channel, handlers)
        throw toDatabaseError(error)
      }
      return { close: () => drop(channel, handlers) }
    },
    async close() {
      closed = true
      stopped.abort()
      channels.clear()
      await connecting?.catch(() => undefined)
      const last = client
      client = undefined
      await last?.end().catch(() => undefined)
    },
  }
}

function startPing(client: pg.Client, onSilence: () => void): NodeJS.Timeout {
  const timer = setInterval(() => {
    const patience = setTimeout(onSilence, PING_PATIENCE_MS)
    client.query('select 1').then(
      () => clearTimeout(patience),
      () => {
        clearTimeout(patience)
        onSilence()
      },
    )
  }, PING_MS)
  return timer.unref()
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
