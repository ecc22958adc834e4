import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { builtinProfiles, standardProfileId } from '#shared/domain/builtin-profiles.ts'
import { HarnessId } from '#shared/domain/harness.ts'
import { Profile, type ProfileSettings } from '#shared/domain/profile.ts'
import { Run } from '#shared/domain/run.ts'
import { ProfileId, PromptId, RunId } from '#shared/ids.ts'
import type { Json } from '#shared/json.ts'
import { keys } from '#sync/core/keys.ts'
import { PullResponse, schemaVersion } from '#shared/protocol/sync.ts'
import { openPusher, openStranger } from '../contract/people.ts'
import { connectScriptedRunner, type ScriptedRunner } from '../fakes/scripted-runner.ts'
import { rowsOf } from '../plan-world.ts'
import { newId, openWorld, type Person, type World } from '../world.ts'

/** Profiles, over the real server and a scripted runner. */
const [careful, standard, autonomous] = builtinProfiles
if (careful === undefined || standard === undefined || autonomous === undefined) throw new Error('no profiles')
const { id: _id, ...copy } = standard
const settings = (name: string, more: Partial<ProfileSettings> = {}): ProfileSettings => ({ ...copy, name, ...more })
const json = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json

let world: World
let mara: Person
let lena: Person
let runner: ScriptedRunner
beforeAll(async () => {
  world = await openWorld()
  mara = await world.owner()
  lena = await world.invite(mara, 'member')
  runner = await connectScriptedRunner({ url: world.url, key: await world.runnerKey(), capacity: 50 })
  await runner.next('welcome')
  await openPusher(mara).push(['setTeam', { maxActiveRuns: 1000 }])
})
afterAll(async () => {
  runner.close()
  await world.close()
})

/** What came of each push: `done`, or why it was refused. */
async function push(by: Person, name: string, args: unknown): Promise<string> {
  const device = openPusher(by)
  await device.push([name, json(args)])
  const [refused] = [...(await device.refusals()).values()]
  return refused === undefined ? 'done' : [refused.refusal.code, refused.refusal.detail].filter(Boolean).join(': ')
}
const newProfile = () => ProfileId.parse(newId())
async function start(by: Person, profileId?: ProfileId, as = runner) {
  const runId = RunId.parse(newId())
  const config = {
    harness: HarnessId.parse('runbook'),
    sandbox: 'direct',
    ...(profileId === undefined ? {} : { profileId }),
  }
  expect(await push(by, 'createRun', { runId, promptId: PromptId.parse(newId()), prompt: 'Go', config })).toBe('done')
  const { assignment } = await as.next('assign', (one) => one.assignment.runId === runId)
  return assignment
}
/** As this person's devices see it. */
async function row(by: Person, id: ProfileId): Promise<Profile | undefined> {
  const asked = await by.fetch(`/api/sync/pull?space=team/${by.teamId}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ pullVersion: 1, profileID: 'p', clientGroupID: newId(), cookie: null, schemaVersion }),
  })
  const { patch } = PullResponse.parse(await asked.json())
  const found = patch.flatMap((one) => (one.op === 'put' && one.key.endsWith(`/${id}`) ? [one.value] : []))
  return Profile.optional().parse(found[0])
}
async function runRow(id: RunId): Promise<Run | undefined> {
  return Run.array()
    .parse(await rowsOf(world, mara, keys.runs))
    .find((run) => run.id === id)
}

describe('making and changing', () => {
  test('a bad rule is refused with the very rule and why; a name is taken once, whoever has it', async () => {
    const profileId = newProfile()
    const make = (more: Partial<ProfileSettings>) =>
      push(mara, 'createProfile', { profileId, owner: 'team', settings: settings('Reviews', more) })
    expect(await make({ commandDeny: ['ls', 'rm('] })).toMatch(/^invalid: “rm\(”: The rule is no regular expression: /)
    expect(await make({ protectedPaths: ['../x'] })).toBe(
      'invalid: “../x”: A pattern stays in the workspace; it has no “..”.',
    )
    expect(await make({ mcpAllow: ['a b'] })).toMatch(/^invalid: “a b”: /)
    expect(await make({})).toBe('done')
    expect(await make({})).toBe('done')
    const again = { profileId: newProfile(), owner: 'person', settings: settings(' rEviews ') }
    expect(await push(lena, 'createProfile', again)).toBe('conflict: there is a profile rEviews already')
    expect(await push(lena, 'createProfile', { ...again, settings: settings('Standard') })).toMatch(/^conflict/)
  })

  test('two edits made apart both hold, and the history says who changed what', async () => {
    const profileId = newProfile()
    await push(mara, 'createProfile', { profileId, owner: 'team', settings: settings('Both', { commandAllow: ['a'] }) })
    await push(mara, 'changeProfile', { profileId, edit: { add: { commandAllow: ['b'] } } })
    await push(mara, 'changeProfile', {
      profileId,
      edit: { add: { commandAllow: ['c'] }, remove: { commandAllow: ['a'] } },
    })
    await push(mara, 'changeProfile', { profileId, edit: { set: { autonomy: { web: 'never' }, model: 'm' } } })
    const found = await row(lena, profileId)
    expect(found).toMatchObject({ commandAllow: ['b', 'c'], model: 'm', autonomy: { web: 'never', mcp: 'always_ask' } })
    expect(found?.history.map(({ by, changes }) => [by, changes])).toEqual([
      [
        mara.userId,
        [
          { field: 'model', to: 'm' },
          { field: 'web', from: 'always_ask', to: 'never' },
        ],
      ],
      [mara.userId, [{ field: 'commandAllow', added: ['c'], removed: ['a'] }]],
      [mara.userId, [{ field: 'commandAllow', added: ['b'] }]],
    ])
    const many = Array.from({ length: 199 }, (_, at) => `x${at}`)
    expect(await push(mara, 'changeProfile', { profileId, edit: { add: { commandAllow: many } } })).toMatch(/^too_many/)
    expect(await push(mara, 'changeProfile', { profileId, edit: { add: { commandDeny: ['(?=a)'] } } })).toContain(
      '“(?=a)”',
    )
  })

  test('a profile of Drover is changed as a row and is never deleted', async () => {
    expect(
      await push(mara, 'changeProfile', { profileId: careful.id, edit: { add: { commandDeny: ['git push.*'] } } }),
    ).toBe('done')
    expect(await row(lena, careful.id)).toMatchObject({ name: 'Careful', commandDeny: ['git push.*'] })
    expect(await push(mara, 'deleteProfile', { profileId: careful.id })).toMatch(
      /^invalid: this profile comes with Drover/,
    )
    expect((await start(mara, careful.id)).profile).toMatchObject({ id: careful.id, commandDeny: ['git push.*'] })
  })

  test('a member keeps profiles of their own, which nobody else sees; the team’s are its admins’', async () => {
    const profileId = newProfile()
    expect(await push(lena, 'createProfile', { profileId, owner: 'team', settings: settings('Mine') })).toBe(
      'not_allowed',
    )
    expect(await push(lena, 'changeProfile', { profileId: standardProfileId, edit: { set: { runToEnd: true } } })).toBe(
      'not_allowed',
    )
    expect(await push(lena, 'setDefaultProfile', { of: 'team', profileId: autonomous.id })).toBe('not_allowed')
    expect(await push(lena, 'createProfile', { profileId, owner: 'person', settings: settings('Mine') })).toBe('done')
    expect(await row(lena, profileId)).toMatchObject({ name: 'Mine', owner: lena.userId })
    expect(await row(mara, profileId)).toBeUndefined()
    expect(await push(mara, 'changeProfile', { profileId, edit: { set: { name: 'Hers' } } })).toMatch(/^not_found/)
    expect(await push(mara, 'setDefaultProfile', { of: 'team', profileId })).toMatch(/^not_found/)
    expect((await start(lena, profileId)).profile).toMatchObject({ id: profileId, name: 'Mine' })
    // Named by somebody who can't see it: passed over.
    expect((await start(mara, profileId)).profile?.name).toBe('Standard')
  })
})

describe('which one a run gets', () => {
  test('its own, else its person’s default, else the team’s, else Standard; one that is gone is passed over', async () => {
    expect((await start(lena)).profile?.name).toBe('Standard')
    const profileId = newProfile()
    await push(mara, 'createProfile', {
      profileId,
      owner: 'team',
      settings: settings('House', { model: 'house-model' }),
    })
    await push(mara, 'setDefaultProfile', { of: 'team', profileId })
    const byTeam = await start(lena)
    expect([byTeam.profile?.name, byTeam.config.model]).toEqual(['House', 'house-model'])
    await push(lena, 'setDefaultProfile', { of: 'person', profileId: careful.id })
    expect((await start(lena)).profile?.name).toBe('Careful')
    expect((await start(mara)).profile?.name).toBe('House')
    const chosen = await start(lena, autonomous.id)
    expect(chosen.profile?.name).toBe('Autonomous')
    expect((await runRow(chosen.runId))?.profile).toEqual({ id: autonomous.id, name: 'Autonomous' })
    await push(mara, 'deleteProfile', { profileId })
    expect((await start(mara)).profile?.name).toBe('Standard')
    await push(lena, 'setDefaultProfile', { of: 'person' })
  })

  test('a switch is brought to the runner with what the profile says, and holds for the next turn', async () => {
    const { runId } = await start(mara)
    runner.send({ type: 'claimed', runId, turn: 1 })
    runner.emit(runId, { type: 'state', event: 'claim', turn: 1 }, { type: 'state', event: 'start', turn: 1 })
    const deliveryId = newId()
    expect(await push(lena, 'setRunProfile', { runId, profileId: autonomous.id, deliveryId })).toBe('done')
    const delivered = await runner.next('deliver', (one) => one.deliveryId === deliveryId)
    expect(delivered.body).toEqual({ type: 'profile', profile: autonomous, by: lena.userId })
    expect((await runRow(runId))?.profile).toMatchObject({ name: 'Autonomous', by: lena.userId, delivery: 'accepted' })
    runner.send({ type: 'receipt', deliveryId: delivered.deliveryId, runId, state: 'done' })
    await runner.next('receipt_ack', (one) => one.deliveryId === deliveryId)
    expect((await runRow(runId))?.profile?.delivery).toBe('done')
    await push(mara, 'sendPrompt', { runId, promptId: newId(), deliveryId: newId(), text: 'On', mode: 'queue' })
    runner.emit(runId, { type: 'state', event: 'succeed', turn: 1 })
    const { assignment } = await runner.next(
      'assign',
      (one) => one.assignment.runId === runId && one.assignment.turn === 2,
    )
    expect(assignment.profile?.name).toBe('Autonomous')
  })

  test('a runner that knows none gets none, and a switch to it is refused in words', async () => {
    const stranger = await openStranger(world)
    const old = await connectScriptedRunner({ url: world.url, key: stranger.key, takesProfiles: false })
    await old.next('welcome')
    const assignment = await start(stranger, autonomous.id, old)
    expect(assignment.profile).toBeUndefined()
    const { runId } = assignment
    old.send({ type: 'claimed', runId, turn: 1 })
    old.emit(runId, { type: 'state', event: 'claim', turn: 1 }, { type: 'state', event: 'start', turn: 1 })
    await push(stranger, 'setRunProfile', { runId, profileId: careful.id, deliveryId: newId() })
    const settled = await vi.waitUntil(async () => {
      const [run] = Run.array().parse(await rowsOf(world, stranger, keys.run(runId)))
      return run?.profile?.delivery === 'refused' ? run.profile : undefined
    }, 10_000)
    expect(settled).toMatchObject({ name: 'Careful', delivery: 'refused' })
    expect(old.messages.some((message) => message.type === 'deliver')).toBe(false)
    old.close()
  })
})
