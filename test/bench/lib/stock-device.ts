import { Replicache, type MutatorDefs } from 'replicache'
import { schemaVersion, teamSpace } from '#shared/protocol/sync.ts'
import type { TeamId, UserId } from '#shared/ids.ts'
import { deviceMutators } from '#sync/client/device-mutators.ts'
import type { Link } from '#sync/client/socket-link.ts'

/**
 * The same app as Replicache's documentation builds it: the same mutators, endpoints and server, stock delays (push after
 * 10 ms, 30 ms between requests), and a poke that only says "pull".
 */
export function openStockDevice(deps: {
  readonly userId: UserId
  readonly teamId: TeamId
  readonly baseUrl: string
  readonly name: string
  readonly kvStore: 'mem' | 'idb'
  readonly fetch: typeof fetch
  readonly link: Link
}): { readonly replicache: Replicache<MutatorDefs>; close(): Promise<void> } {
  const space = teamSpace(deps.teamId)
  const ask = async (kind: 'push' | 'pull', body: unknown): Promise<{ status: number; json: unknown }> => {
    const response = await deps.fetch(`${deps.baseUrl}/api/sync/${kind}?space=${encodeURIComponent(space)}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      credentials: 'include',
      body: JSON.stringify(body),
    })
    return { status: response.status, json: await response.json() }
  }
  const replicache = new Replicache<MutatorDefs>({
    name: deps.name,
    schemaVersion,
    kvStore: deps.kvStore,
    mutators: deviceMutators({ ...deps, now: Date.now, insists: () => false }),
    logLevel: 'error',
    async pusher(body) {
      const { status } = await ask('push', body)
      return { httpRequestInfo: { httpStatusCode: status, errorMessage: '' } }
    },
    async puller(body) {
      const { status, json } = await ask('pull', body)
      return { httpRequestInfo: { httpStatusCode: status, errorMessage: '' }, response: json as never }
    },
  })
  const stops = [
    deps.link.onState((state) => {
      if (state === 'open') deps.link.send({ type: 'subscribe', space, cookie: null })
    }),
    deps.link.onMessage((message) => {
      if (message.type === 'poke' || message.type === 'behind') void replicache.pull()
    }),
  ]
  return {
    replicache,
    async close() {
      for (const stop of stops) stop()
      deps.link.close()
      await replicache.close()
    },
  }
}
