/** One window of a pair, with `sync/client` as the app has it. `processes/pair.ts` is its twin in Node. */
import { TeamId, UserId } from '#shared/ids.ts'
import { createMemoryKeeping } from '#sync/client/kept-runs.ts'
import { openBrowserWorkspace } from '#sync/client/open-in-browser.ts'
import { createSocketLink } from '#sync/client/socket-link.ts'
import type { RunId } from '#shared/ids.ts'
import { pairEnd, type PairEnd } from '../lib/pair.ts'
import { openStockDevice } from '../lib/stock-device.ts'

type Opening = {
  readonly userId: string
  readonly teamId: string
  readonly runId: string
  readonly kind: 'ours' | 'stock'
}

const seen: number[] = []
let end: PairEnd | undefined

async function open({ userId, teamId, runId, kind }: Opening): Promise<void> {
  const who = { userId: UserId.parse(userId), teamId: TeamId.parse(teamId) }
  if (kind === 'ours') {
    const workspace = await openBrowserWorkspace(who, createMemoryKeeping(), () => undefined)
    end = pairEnd(
      {
        subscribe: workspace.subscribe,
        rename: (title) => workspace.mutate.renameRun({ runId: runId as RunId, title }),
      },
      runId,
      (ms) => seen.push(ms),
    )
  } else {
    const link = createSocketLink({
      url: `${location.origin.replace(/^http/, 'ws')}/api/sync/socket`,
      profileId: crypto.randomUUID(),
      createSocket: (url) => new WebSocket(url),
      now: Date.now,
      random: Math.random,
    })
    const stock = openStockDevice({
      ...who,
      baseUrl: '',
      name: crypto.randomUUID(),
      kvStore: 'idb',
      fetch: (input, init) => fetch(input, init),
      link,
    })
    end = pairEnd(
      {
        subscribe: (query, onData) =>
          stock.replicache.subscribe((tx) => query({ get: (key) => tx.get(key) }) as never, onData),
        rename: async (title) => void (await stock.replicache.mutate['renameRun']?.({ runId, title })),
      },
      runId,
      (ms) => seen.push(ms),
    )
  }
  await end.ready
}

Object.assign(globalThis, { pair: { open, write: () => end?.write(), seen } })
