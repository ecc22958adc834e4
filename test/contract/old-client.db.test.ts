import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { Team } from '#shared/domain/team.ts'
import { Run } from '#shared/domain/run.ts'
import { schemaVersion } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, scanRows } from '#sync/core/transaction.ts'
import type { SyncStatus, Workspace } from '#sync/client/workspace.ts'
import { openDeviceNetwork } from '../device-network.ts'
import { openWorld, until, type Person, type World } from '../world.ts'
import { newRun, openPusher } from './people.ts'

let world: World
let mara: Person
beforeEach(async () => {
  world = await openWorld()
  mara = await world.owner()
})
afterEach(() => world.close())

const status = (workspace: Workspace) => (on: (value: SyncStatus) => void) => workspace.subscribeStatus(on)
const isReady = (workspace: Workspace) =>
  until(
    (on: (team: Team | undefined) => void) => workspace.subscribe((tx) => getRow(tx, keys.team, Team), on),
    (team) => team !== undefined,
  )
const titles = async (): Promise<string[]> => {
  const rows = await world.database.query<{ value: unknown }>(
    `select value from entry where key like 'run/%' and space_id = $1 order by key`,
    [`team/${mara.teamId}`],
  )
  return rows.map(({ value }) => Run.parse(value).title)
}

const Frame = z.looseObject({ type: z.string(), body: z.unknown().optional() })
const Body = z.looseObject({ schemaVersion: z.string(), mutations: z.array(z.unknown()).optional() })

/** A device whose pushes and pulls are those of an older app once `age` is set, whichever way they go. */
function aging() {
  const state = { age: undefined as string | undefined, pushed: 0 }
  const aged = (given: unknown): object => {
    const body = Body.parse(given)
    if (body.mutations !== undefined) state.pushed = Math.max(state.pushed, body.mutations.length)
    return state.age === undefined ? body : { ...body, schemaVersion: state.age }
  }
  const wrap =
    (real: typeof fetch): typeof fetch =>
    async (input, init) => {
      const url = String(input instanceof Request ? input.url : input)
      if (!url.includes('/api/sync/') || typeof init?.body !== 'string') return real(input, init)
      return real(input, { ...init, body: JSON.stringify(aged(JSON.parse(init.body))) })
    }
  const socket = (frame: string): string => {
    const message = Frame.parse(JSON.parse(frame))
    return message.type === 'push' ? JSON.stringify({ ...message, body: aged(message.body) }) : frame
  }
  return { state, options: { fetch: wrap, socket } }
}

describe('a device whose app is older than the server', () => {
  test('is told to reload by its next request, once what it did is with the server', async () => {
    const { state, options } = aging()
    const device = mara.open(options)
    await isReady(device)
    state.age = `${schemaVersion}-old`
    await device.mutate.createRun({ ...newRun(), title: 'From an old app' })
    const told = await until(status(device), ({ problem }) => problem !== undefined)
    expect(told.problem).toBe('reload')
    expect(await titles()).toEqual(['From an old app'])
  })

  test('is told by the socket, after what waited has been pushed', async () => {
    const { state, options } = aging()
    const network = openDeviceNetwork()
    const socketSays = { reload: false }
    const device = mara.open({
      ...options,
      network,
      socket: (frame) =>
        socketSays.reload ? JSON.stringify({ ...Object(JSON.parse(frame)), schemaVersion: 'old' }) : frame,
    })
    await isReady(device)
    network.cut('before')
    await device.mutate.createRun({ ...newRun(), title: 'Waits' })
    // The server comes back as a newer one: the network returns with it.
    socketSays.reload = true
    state.age = `${schemaVersion}-old`
    await world.restart()
    network.cut('no')
    await until(status(device), ({ problem }) => problem === 'reload', 20_000)
    expect(await titles()).toEqual(['Waits'])
  })

  test('starts anew after the reload with everything, and nothing twice', async () => {
    const { state, options } = aging()
    const old = mara.open(options)
    await isReady(old)
    state.age = `${schemaVersion}-old`
    const run = newRun()
    await old.mutate.createRun({ ...run, title: 'Once' })
    await until(status(old), ({ problem }) => problem === 'reload')
    await old.close()
    const fresh = mara.open()
    const [seen] = await until(
      (on: (runs: Run[]) => void) => fresh.subscribe((tx) => scanRows(tx, keys.runs, Run), on),
      (runs) => runs.length > 0,
    )
    expect(seen?.title).toBe('Once')
    await fresh.mutate.createRun({ ...run, title: 'Once' })
    await until(
      (on: (value: readonly unknown[]) => void) => fresh.subscribePending(on),
      (pending) => pending.length === 0,
    )
    expect(await titles()).toEqual(['Once'])
    expect(await world.database.query('select 1 from run_transition where run_id = $1', [run.runId])).toHaveLength(1)
  })
})

describe('a long queue', () => {
  test.each(['of an old client', 'of this version'])('%s is taken to its end, from one push', async (whose) => {
    const device = openPusher(mara, whose === 'of an old client' ? `${schemaVersion}-old` : schemaVersion)
    await device.push(...Array.from({ length: 130 }, () => ['setTeam', { maxActiveRuns: 5 }] as const))
    expect(await device.taken()).toBe(130)
  })

  test('that is larger than the server reads at once goes in pieces, in order', async () => {
    const { state, options } = aging()
    const network = openDeviceNetwork()
    const device = mara.open({ ...options, network })
    await isReady(device)
    network.cut('before')
    const prompt = '\u4e2d'.repeat(100_000)
    const runs = Array.from({ length: 45 }, () => ({ ...newRun(), prompt }))
    for (const run of runs) await device.mutate.createRun(run)
    network.cut('no')
    await device.refresh()
    await until(
      (on: (value: readonly unknown[]) => void) => device.subscribePending(on),
      (pending) => pending.length === 0,
      60_000,
    )
    expect(state.pushed).toBeGreaterThan(0)
    expect(state.pushed).toBeLessThan(45)
    const made = await world.database.query<{ id: string }>('select run_id as id from run_transition t order by t.id')
    expect(made.map(({ id }) => id)).toEqual(runs.map(({ runId }) => runId))
  }, 90_000)
})

describe('what an older client sends', () => {
  test('is taken where a field came later, and refused as a row where it is not understood', async () => {
    const device = openPusher(mara, 'a-version-of-last-month')
    const { runId, promptId, prompt, config } = newRun()
    const sent: [string, Record<string, unknown>][] = [
      // `source` and `title` came later.
      ['createRun', { runId, promptId, prompt, config }],
      ['aMutatorThatIsGone', { runId }],
      ['renameRun', { id: runId, name: 'In other words' }],
      ['renameRun', { runId, title: 'Understood' }],
    ]
    for (const [name, args] of sent) {
      const answer = await device.push([name, z.json().parse(args)])
      expect(await answer.json()).toEqual({ error: 'VersionNotSupported', versionType: 'schema' })
    }
    expect([...(await device.refusals())].map(([id, row]) => [id, row.refusal.code])).toEqual([
      [2, 'unknown_mutation'],
      [3, 'invalid'],
    ])
    expect(await device.taken()).toBe(4)
    expect(await titles()).toEqual(['Understood'])
  })
})
