import { randomUUID } from 'node:crypto'
import { Agent, request } from 'node:http'
import { schemaVersion, teamSpace } from '#shared/protocol/sync.ts'
import { connectDatabase } from '#server/db/database.ts'
import { openCluster } from '#server/db/embedded/cluster.ts'
import { createSpaceStore } from '#server/db/space-store.ts'
import { startTcpProxy } from '../../fakes/neon-proxy.ts'
import { makeFolder } from '../lib/folder.ts'
import { measured, type Figure } from '../lib/figure.ts'
import { startServer } from '../lib/processes.ts'
import { firstPerson, newId, type Session } from '../lib/session.ts'
import { makeRun } from '../lib/stage.ts'

const latencyMs = 5
const poolSize = 24
const pushers = 96
const sliceMs = 1_000
const slices = 8

/** Pushes a second into one team's space, over HTTP with sign-in, with every round trip to the database made slower. */
export const figure: Figure = {
  name: 'push',
  about: `pushes into one hot space, with ${latencyMs} ms added to each round trip to the database`,
  async run({ quick }) {
    const folder = await makeFolder()
    const cluster = await openCluster({ dataDir: folder.path })
    const { host, port, user, database } = cluster.address
    const proxy = await startTcpProxy({ path: `${host}/.s.PGSQL.${port}` }, latencyMs)
    const url = `postgres://${user}@127.0.0.1:${proxy.port}/${database}`
    const near = connectDatabase({ kind: 'embedded', address: cluster.address }, {}, cluster)
    const far = connectDatabase({ kind: 'postgres', url }, { poolSize })
    const server = await startServer({ DROVER_DATA_DIR: folder.path, DATABASE_URL: url })
    try {
      const session = await firstPerson(server.origin, server.link ?? '')
      const first = await makeRun(session)
      const runs = Array.from({ length: pushers }, () => newId())
      for (const id of runs)
        await near.query(
          `insert into entry (space_id, key, value, version)
             select space_id, 'run/' || $2, jsonb_set(value::jsonb, '{id}', to_jsonb($2::text))::json, version from entry where space_id = $1 and key = 'run/' || $3`,
          [teamSpace(session.teamId), id, first],
        )
      const agent = new Agent({ keepAlive: true, maxSockets: pushers })
      const clients = runs.map((runId) => ({ runId, group: randomUUID(), client: randomUUID(), last: 0 }))
      const store = createSpaceStore(far)
      const bareCommit = async (index: number): Promise<void> => {
        await store.commit({
          now: Date.now(),
          spaces: [
            {
              space: 'team/bare',
              at: 0,
              gets: [],
              scans: [],
              puts: [[`row/${index}`, { n: Math.random() }]],
              dels: [],
            },
          ],
          effects: [],
        })
      }
      const rates: number[] = []
      const bare: number[] = []
      await slice(clients.length, (index) => pushOnce(agent, session, clients[index]))
      for (let turn = 0; turn < (quick ? 2 : slices); turn++) {
        rates.push(await slice(clients.length, (index) => pushOnce(agent, session, clients[index])))
        bare.push(await slice(clients.length, bareCommit))
      }
      agent.destroy()
      const ours = measured(rates)
      return [
        {
          what: `${pushers} clients, ${poolSize} connections, ${sliceMs / 1000} s each`,
          unit: 'pushes/s',
          ours,
          beside: { what: 'commits alone, without HTTP, sign-in and reads', measured: measured(bare) },
          target: { text: '≥ 1000', met: ours.median >= 1000 },
        },
      ]
    } finally {
      await server.end('SIGTERM')
      await far.close()
      await near.close()
      await proxy.close()
      await folder.remove()
    }
  },
}

/** How often `act` was done in a second by so many at once. */
async function slice(count: number, act: (index: number) => Promise<void>): Promise<number> {
  const began = performance.now()
  let done = 0
  await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      while (performance.now() - began < sliceMs) {
        await act(index)
        done++
      }
    }),
  )
  return (done * 1000) / (performance.now() - began)
}

type PushClient = { readonly runId: string; readonly group: string; readonly client: string; last: number }

async function pushOnce(agent: Agent, session: Session, from: PushClient | undefined): Promise<void> {
  if (from === undefined) return
  const id = ++from.last
  const mutation = {
    clientID: from.client,
    id,
    name: 'renameRun',
    args: { runId: from.runId, title: `title ${id}` },
    timestamp: 0,
  }
  const body = JSON.stringify({
    pushVersion: 1,
    profileID: 'bench',
    clientGroupID: from.group,
    mutations: [mutation],
    schemaVersion,
  })
  await new Promise<void>((resolve, reject) => {
    const asked = request(
      `${session.origin}/api/sync/push?space=${encodeURIComponent(teamSpace(session.teamId))}`,
      {
        method: 'POST',
        agent,
        headers: {
          cookie: session.cookie,
          origin: session.origin,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (response) => {
        response.resume()
        response.on('end', () =>
          response.statusCode === 200 ? resolve() : reject(new Error(`push answered ${response.statusCode}`)),
        )
      },
    )
    asked.on('error', reject)
    asked.end(body)
  })
}
