import { z } from 'zod'
import { SpaceId } from '#shared/protocol/sync.ts'
import type { Hub } from '#sync/server/hub.ts'
import type { Database } from '../db/database.ts'

const channel = 'drover_changes'
/** Changes of one window go out as one NOTIFY, which takes a lock on all commits. */
const windowMs = 16
/** PostgreSQL's limit for a payload is 8,000 bytes. */
const maxSpaces = 60

const Message = z.object({ from: z.string(), spaces: z.array(z.tuple([SpaceId, z.number()])), work: z.boolean() })

/** Tells other server processes on the same database what changed, by id and version only, and hears it from them. */
export type Cluster = {
  changed(space: SpaceId, version: number): void
  /** There may be something to dispatch or deliver. */
  work(): void
  close(): Promise<void>
}

export const soloCluster: Cluster = { changed: () => undefined, work: () => undefined, close: async () => undefined }

export async function joinCluster(deps: {
  database: Database
  hub: Hub
  id: string
  onWork: () => void
  onError: (error: unknown) => void
}): Promise<Cluster> {
  const pending = new Map<SpaceId, number>()
  let hasWork = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let closed = false

  const listener = await deps.database.listen(channel, {
    onNotify(payload) {
      const message = parse(payload)
      if (message === undefined || message.from === deps.id) return
      for (const [space, version] of message.spaces) deps.hub.announce(space, version)
      if (message.work) deps.onWork()
    },
    onGap() {
      deps.hub.doubt()
      deps.onWork()
    },
  })

  function flush(): void {
    timer = undefined
    const spaces = [...pending]
    pending.clear()
    const work = hasWork
    hasWork = false
    for (let from = 0; from < Math.max(1, spaces.length); from += maxSpaces) {
      const text = JSON.stringify({ from: deps.id, spaces: spaces.slice(from, from + maxSpaces), work })
      deps.database.query('select pg_notify($1, $2)', [channel, text]).catch(deps.onError)
    }
  }

  return {
    changed(space, version) {
      if (closed) return
      pending.set(space, Math.max(version, pending.get(space) ?? 0))
      timer ??= setTimeout(flush, windowMs)
    },
    work() {
      if (closed) return
      hasWork = true
      timer ??= setTimeout(flush, windowMs)
    },
    async close() {
      closed = true
      clearTimeout(timer)
      await listener.close()
    },
  }
}

function parse(payload: string): z.infer<typeof Message> | undefined {
  try {
    const parsed = Message.safeParse(JSON.parse(payload))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}
