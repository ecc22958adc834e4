import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { RunId, TeamId } from '#shared/ids.ts'
import { HarnessId } from '#shared/domain/harness.ts'
import { PullResponse, schemaVersion, type Mutation, type PushRequest } from '#shared/protocol/sync.ts'
import { RefusedMutation } from '#shared/domain/notice.ts'
import type { Json } from '#shared/json.ts'
import { newId, type Person, type World } from '../world.ts'

/** Somebody with a team of their own and nothing in common with the owner's, and a key of that team for a runner. */
export async function openStranger(world: World): Promise<Person & { readonly key: string }> {
  const owner = await world.owner()
  const person = await world.invite(owner, 'member')
  await owner.fetch(`/api/v1/teams/${owner.teamId}/members/${person.userId}`, { method: 'DELETE' })
  const { team } = z.object({ team: z.object({ id: TeamId }) }).parse(await (await person.fetch('/api/v1/me')).json())
  const made = await world.server.auth.issueRunnerKey(team.id, 'stranger')
  if (made === undefined) throw new Error('no key')
  return { ...person, teamId: team.id, key: made.key }
}

/** One device that pushes whatever a test wants. */
export type Pusher = {
  readonly group: string
  /** What the next push has to say, for another way than HTTP. */
  pushBody(...mutations: readonly (readonly [name: string, args: Json])[]): PushRequest
  push(...mutations: readonly (readonly [name: string, args: Json])[]): Promise<Response>
  /** The refusals that this person sees, by mutation. */
  refusals(): Promise<Map<number, RefusedMutation>>
  /** The last mutation that the server has taken. */
  taken(): Promise<number>
}

export function openPusher(person: Person, schema = schemaVersion): Pusher {
  const group = randomUUID()
  const client = randomUUID()
  let id = 0
  const post = (path: string, body: object): Promise<Response> =>
    person.fetch(`/api/sync/${path}?space=team/${person.teamId}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const pull = async () =>
    PullResponse.parse(
      await (
        await post('pull', { pullVersion: 1, profileID: 'p', clientGroupID: group, cookie: null, schemaVersion })
      ).json(),
    )
  const pushBody: Pusher['pushBody'] = (...given) => {
    const mutations = given.map(([name, args]): Mutation => ({
      clientID: client,
      id: ++id,
      name,
      args,
      timestamp: 0,
    }))
    return { pushVersion: 1, profileID: 'p', clientGroupID: group, mutations, schemaVersion: schema }
  }
  return {
    group,
    pushBody,
    push: (...given) => post('push', pushBody(...given)),
    async refusals() {
      const rows = (await pull()).patch.flatMap((op) =>
        op.op === 'put' && op.key.startsWith('refused/') ? [op.value] : [],
      )
      return new Map(
        rows
          .map((row) => RefusedMutation.parse(row))
          .filter((row) => row.clientId === client)
          .map((row) => [row.mutationId, row]),
      )
    },
    taken: async () => (await pull()).lastMutationIDChanges[client] ?? 0,
  }
}

/** Arguments of a new run of the scripted runner's harness. */
export function newRun(runId: RunId = RunId.parse(newId())) {
  return {
    runId,
    promptId: newId(),
    prompt: 'Say hello',
    config: { harness: HarnessId.parse('runbook'), sandbox: 'direct' },
  }
}
