import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { PlanId } from '#shared/ids.ts'
import { makeFolder } from '../bench/lib/folder.ts'
import { startServer, type ServerProcess } from '../bench/lib/processes.ts'
import { fetchAs, firstPerson, newId } from '../bench/lib/session.ts'
import { openPlanClient, type PlanClient } from '../plan-client.ts'
import { openPlanDevice } from '../plan-world.ts'
import type { Seeded } from '../seed.ts'

export type PlanKillOutcome = {
  readonly victim: 'server' | 'database'
  readonly killedAfterMs: number
  /** Lines that a device was told to be stored. */
  readonly acknowledged: number
  /** Of those, which the server does not have afterwards. */
  readonly lost: readonly string[]
  /** What is there more than once. */
  readonly doubled: readonly string[]
}

export type PlanKillScene = {
  cycle(random: Seeded): Promise<PlanKillOutcome>
  close(): Promise<void>
}

const writers = 3
const latestKillMs = 1_500

/** Devices write in a plan as fast as their lines are stored, until the server, or its database, is killed. */
export async function openPlanKillScene(): Promise<PlanKillScene> {
  const folder = await makeFolder()
  const port = await freePort()
  const serve = (): Promise<ServerProcess> => startServer({ DROVER_DATA_DIR: folder.path, DROVER_PORT: String(port) })
  let server = await serve()
  const session = await firstPerson(server.origin, server.link ?? '')
  const device = openPlanDevice({ ...session, fetch: fetchAs(session) })
  const enter = (planId: PlanId): PlanClient => openPlanClient({ url: session.origin, cookie: session.cookie, planId })

  async function killDatabase(): Promise<void> {
    const text = await readFile(join(folder.path, 'postgres', 'data', 'postmaster.pid'), 'utf8')
    process.kill(Number(text.split('\n')[0]), 'SIGKILL')
  }

  return {
    async cycle(random) {
      const victim = random.below(3) === 0 ? 'database' : 'server'
      const killedAfterMs = 100 + random.below(latestKillMs)
      const planId = PlanId.parse(newId())
      await device.push('createPlan', { planId, title: '', folder: '' })
      const clients = Array.from({ length: writers }, () => enter(planId))
      await Promise.all(clients.map((client) => client.synced()))
      const acknowledged: string[] = []
      let over = false
      const writing = clients.map(async (client, who) => {
        for (let n = 0; !over; n++) {
          const lines = Array.from({ length: 1 + random.below(5) }, (_, part) => `${who} ${n} ${part}`)
          for (const line of lines) client.write(line)
          const isStored = await client.stored().then(
            () => true,
            () => false,
          )
          if (isStored && !over) acknowledged.push(...lines)
        }
      })
      await delay(killedAfterMs)
      if (victim === 'database') await killDatabase()
      else await server.end('SIGKILL')
      over = true
      // They would bring back what the server has lost.
      for (const client of clients) client.close()
      await Promise.allSettled(writing)
      if (victim === 'database') await server.end('SIGKILL')
      server = await serve()
      const fresh = enter(planId)
      await fresh.synced()
      const texts = fresh.texts()
      fresh.close()
      return {
        victim,
        killedAfterMs,
        acknowledged: acknowledged.length,
        lost: acknowledged.filter((line) => !texts.includes(line)),
        doubled: texts.filter((line, n) => texts.indexOf(line) !== n),
      }
    },
    async close() {
      await server.end('SIGTERM')
      await folder.remove()
    },
  }
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
