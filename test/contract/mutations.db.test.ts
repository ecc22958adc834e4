import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PromptId, RunId } from '#shared/ids.ts'
import type { Json } from '#shared/json.ts'
import type { Mutator } from '#sync/core/mutator.ts'
import { mutators, type MutatorName } from '#sync/core/mutators/all.ts'
import { connectScriptedRunner, type ScriptedRunner } from '../fakes/scripted-runner.ts'
import type { z } from 'zod'
import { newId, openWorld, type Person, type World } from '../world.ts'
import { collectLog } from './log-lines.ts'
import { spoil, withUnknownKeys } from './malformed.ts'
import { newRun, openPusher, openStranger } from './people.ts'
import * as samples from './samples.ts'

let world: World
let mara: Person
let stranger: Person & { readonly key: string }
const { log, lines } = collectLog()
beforeAll(async () => {
  world = await openWorld({ log })
  mara = await world.owner()
  stranger = await openStranger(world)
})
afterAll(() => world.close())

const names = Object.keys(mutators).toSorted() as MutatorName[]
const json = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json

/** What is written down beside a refusal. */
const shown = (name: MutatorName, value: Json): Json => {
  const { unshown }: Pick<Mutator<never>, 'unshown'> = mutators[name]
  return value === null || typeof value !== 'object' || Array.isArray(value)
    ? value
    : Object.fromEntries(Object.entries(value).filter(([field]) => field !== unshown))
}

/** The sample about a run and a message of its own. */
function fresh(): typeof samples.mutations {
  const made = new Map<string, string>()
  const text = JSON.stringify(samples.mutations).replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => {
    const known = made.get(id) ?? newId()
    made.set(id, known)
    return known
  })
  return JSON.parse(text)
}

describe.each(names)('%s', (name) => {
  const args: z.ZodType = mutators[name].args
  const sample = samples.mutations[name]

  test('takes what was recorded, and drops what a newer client adds', async () => {
    const device = openPusher(mara)
    const own = fresh()
    const before = (
      [
        'createEnvironment',
        'createPlan',
        'createProfile',
        'createRun',
        'sendPrompt',
        'addPlanComment',
        'addReviewComment',
      ] as const
    ).filter((one) => one !== name)
    // The comment before begins a thread; the recorded one answers one that is not there.
    const begun = {
      ...own,
      addPlanComment: { ...own.addPlanComment, thread: undefined },
      addReviewComment: { ...own.addReviewComment, thread: undefined },
    }
    for (const one of before) await device.push([one, json(begun[one])])
    expect((await device.push([name, json(withUnknownKeys(args, own[name]))])).status).toBe(200)
    const refusals = [...(await device.refusals()).values()].map((row) => row.refusal)
    // Whatever it is about is there, except for a question, which only a runner can ask, a guest's request, and what the mutations before are about.
    const missing = {
      answerPermission: ['not_found'],
      addPlanComment: ['not_found'],
      addReviewComment: ['not_found'],
      createPlan: ['not_found', 'not_found', 'not_found', 'not_found'],
      createRun: ['not_found', 'not_found'],
      answerAccessRequest: ['stale'],
      // Sealed to no key of this server.
      createSecret: ['stale'],
      describeSecret: ['not_found'],
      replaceSecret: ['not_found'],
      // The recorded run is Runbook's, which works without a model.
      setRunModel: ['invalid'],
    } as Partial<Record<MutatorName, string[]>>
    expect(refusals.map(({ code }) => code)).toEqual(missing[name] ?? [])
    expect(await device.taken()).toBe(before.length + 1)
  })

  test('refuses every wrong argument as a row that names it, and the queue goes on', async () => {
    const device = openPusher(mara)
    const spoiled = [...spoil(args, sample).map(({ value }) => value), null, 7, [], 'text']
    for (const value of spoiled) expect((await device.push([name, json(value)])).status).toBe(200)
    const refusals = await device.refusals()
    expect([...refusals.values()].map((row) => row.refusal.code)).toEqual(spoiled.map(() => 'invalid'))
    for (const [id, row] of refusals) {
      const value = json(spoiled[id - 1])
      expect([row.name, row.args]).toEqual([name, JSON.stringify(shown(name, value)).slice(0, 4000)])
      expect(row.refusal.detail).toMatch(/^[\w.]*:? ?(Invalid|must|Too|expected)/i)
    }
    expect(await device.taken()).toBe(spoiled.length)
  })
})

describe('a queue is never held up', () => {
  test('by a name that nobody knows, or that JavaScript knows', async () => {
    const device = openPusher(mara)
    for (const name of ['fromTheFuture', '__proto__', 'constructor', 'toString'])
      expect((await device.push([name, {}])).status).toBe(200)
    expect([...(await device.refusals()).values()].map((row) => row.refusal.code)).toEqual(
      Array.from({ length: 4 }, () => 'unknown_mutation'),
    )
  })

  test('by arguments nested deeper than can be written out', async () => {
    const device = openPusher(mara)
    let deep: Json = []
    for (let depth = 0; depth < 3000; depth++) deep = [deep]
    for (const name of ['setTeam', 'fromTheFuture']) expect((await device.push([name, deep])).status).toBe(200)
    expect(await device.taken()).toBe(2)
  })

  test('by characters that the database can’t hold', async () => {
    const device = openPusher(mara)
    expect((await device.push(['fromThe\u0000Future\ud800', { 'a\u0000': '\udfff' }])).status).toBe(200)
    expect(await device.taken()).toBe(1)
  })
})

describe('another team’s run', () => {
  let runner: ScriptedRunner
  let runId: RunId
  const promptId = PromptId.parse(newId())
  beforeAll(async () => {
    runner = await connectScriptedRunner({ url: world.url, key: await world.runnerKey(), hostName: 'elsewhere' })
    const device = openPusher(mara)
    const run = newRun()
    runId = run.runId
    await device.push(['createRun', json(run)])
    await runner.next('assign', (one) => one.assignment.runId === runId)
    runner.send({ type: 'claimed', runId, turn: 1 })
    runner.emit(runId, { type: 'state', event: 'claim', turn: 1 }, { type: 'state', event: 'start', turn: 1 })
    await runner.next('ack', (one) => one.runId === runId)
    await device.push(['sendPrompt', { runId, promptId, deliveryId: newId(), text: 'Later', mode: 'queue' }])
  })
  afterAll(() => runner.close())

  const ownRows = new Set<string>(['markNotification', 'readNotifications'])
  test.each(names.filter((name) => 'runId' in samples.mutations[name] && name !== 'createRun'))(
    'can’t be told from one that does not exist, by %s',
    async (name) => {
      const device = openPusher(stranger)
      const sample = samples.mutations[name]
      const known = { ...sample, runId, ...('promptId' in sample ? { promptId } : {}), deliveryId: newId() }
      const unknown = { ...known, runId: newId(), ...('promptId' in sample ? { promptId: newId() } : {}) }
      for (const args of [known, unknown]) expect((await device.push([name, json(args)])).status).toBe(200)
      const refusals = await device.refusals()
      expect(refusals.get(1)?.refusal).toEqual(refusals.get(2)?.refusal)
      // Marks are of the person's own rows: where there is none, there is nothing to refuse.
      expect(refusals.get(1)?.refusal.code).toBe(ownRows.has(name) ? undefined : 'not_found')
    },
  )

  test('can’t be started again, taken over or stopped under its own id', async () => {
    const before = await history()
    const device = openPusher(stranger)
    await device.push(['createRun', json(newRun(runId))])
    await device.push(['stopRun', { runId, deliveryId: newId() }])
    await device.push([
      'sendPrompt',
      { runId, promptId: newId(), deliveryId: newId(), text: 'Mine now', mode: 'queue' },
    ])
    const refusals = await device.refusals()
    expect([1, 2, 3].map((id) => refusals.get(id)?.refusal.code)).toEqual(['conflict', 'not_found', 'not_found'])
    expect(await history()).toEqual(before)
    // The same words as for a run of somebody else in one's own team.
    const jonas = await world.invite(mara, 'member')
    const own = openPusher(jonas)
    await own.push(['createRun', json(newRun(runId))])
    expect((await own.refusals()).get(1)?.refusal).toEqual(refusals.get(1)?.refusal)
  })

  async function history(): Promise<unknown> {
    const job = await world.database.query('select team_id, turn, phase, assignment from run_job where run_id = $1', [
      runId,
    ])
    return { job, transitions: await (await mara.fetch(`/api/v1/runs/${runId}/transitions`)).json() }
  }
})

test('nothing of this was a failure of the server', () => {
  expect(lines.filter((line) => line.level >= 50)).toEqual([])
})
