import type { Plan } from '#shared/domain/plan.ts'
import { PlanId } from '#shared/ids.ts'
import { schemaVersion, teamSpace } from '#shared/protocol/sync.ts'
import { openPlanClient, type PlanClient } from './plan-client.ts'
import { newId, type Person, type World } from './world.ts'

/** A person's mutations as one of their devices pushes them, one after another. */
export function openPlanDevice(person: Pick<Person, 'teamId' | 'fetch'>): {
  push(name: string, args: object): Promise<void>
  createPlan(title?: string): Promise<PlanId>
} {
  const [clientGroupID, clientID] = [newId(), newId()]
  let id = 0
  async function push(name: string, args: object): Promise<void> {
    const answered = await person.fetch(`/api/sync/push?space=${encodeURIComponent(teamSpace(person.teamId))}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        pushVersion: 1,
        profileID: 'p',
        clientGroupID,
        mutations: [{ clientID, id: ++id, name, args, timestamp: Date.now() }],
        schemaVersion,
      }),
    })
    if (!answered.ok) throw new Error(`push: ${answered.status} ${await answered.text()}`)
  }
  return {
    push,
    async createPlan(title = '') {
      const planId = PlanId.parse(newId())
      await push('createPlan', { planId, title, folder: '' })
      return planId
    },
  }
}

export function enterPlan(world: Pick<World, 'url'>, person: Person, planId: PlanId): PlanClient {
  return openPlanClient({ url: world.url, cookie: person.cookie(), planId })
}

/** The rows of a team whose keys begin so, as they are stored. */
export async function rowsOf<T = Plan>(world: World, person: Person, prefix: string): Promise<readonly T[]> {
  const rows = await world.database.query<{ value: T }>(
    'select value from entry where space_id = $1 and starts_with(key, $2) and deleted_at is null order by key',
    [teamSpace(person.teamId), prefix],
  )
  return rows.map(({ value }) => value)
}
