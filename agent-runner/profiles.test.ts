import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { builtinProfiles } from '#shared/domain/builtin-profiles.ts'
import type { ProfileSnapshot } from '#shared/domain/profile.ts'
import { UserId } from '#shared/ids.ts'
import { startControlServer, type ControlServer, type SeenRun } from '#test/fakes/control-server.ts'
import { makeRepository, startRunner } from '#test/fakes/runner.ts'
import type { Runner } from './runner.ts'

let server: ControlServer
let runner: Runner
let repository: Awaited<ReturnType<typeof makeRepository>>
const person = UserId.parse('person-1')

beforeEach(async () => {
  server = await startControlServer()
  runner = await startRunner({ url: server.url })
  repository = await makeRepository({ 'a.txt': 'one\n', 'package.json': '{"scripts":{"test":"node -p 6*7"}}' })
})
afterEach(async () => {
  await runner.close()
  await server.close()
  await repository.remove()
})

function builtin(name: string): ProfileSnapshot {
  const found = builtinProfiles.find((profile) => profile.name === name)
  if (found === undefined) throw new Error(name)
  return found
}
const standard = builtin('Standard')
const autonomous = builtin('Autonomous')
const script = (...blocks: string[]): string => blocks.map((block) => `\`\`\`sh\n${block}\n\`\`\``).join('\n')
const start = (profile: ProfileSnapshot, ...blocks: string[]) =>
  server.start({ prompt: script(...blocks), profile, config: { repository: { url: repository.path } } })
const outcomes = (run: SeenRun) =>
  [...run.entries.values()]
    .toSorted((one, other) => one.n - other.n)
    .flatMap(({ body }) => (body.kind === 'permission' && body.outcome?.kind === 'answered' ? [body.outcome] : []))
const notices = (run: SeenRun) =>
  [...run.entries.values()].flatMap(({ body }) => (body.kind === 'notice' ? [body.text] : []))
const ran = (run: SeenRun) =>
  [...run.entries.values()].flatMap(({ body }) => (body.kind === 'tool' && body.exitCode === 0 ? [body.command] : []))

describe('a run under a profile', () => {
  test('tests and edits go, a deletion asks in words that name the profile', async () => {
    const runId = start(standard, 'npm test', 'echo two >> a.txt', 'rm a.txt')
    const request = await server.asked(runId)
    expect(request).toMatchObject({
      subject: { command: 'rm a.txt' },
      reason: 'The profile Standard asks before commands that delete.',
      profile: { id: standard.id, name: 'Standard', allow: { list: 'commandAllow', entries: ['rm a\\.txt'] } },
    })
    server.answer(request, { kind: 'allow_once' })
    const run = await server.ended(runId)
    expect([run.state, ran(run)]).toEqual(['SUCCEEDED', ['npm test', 'echo two >> a.txt', 'rm a.txt']])
  })

  test('a switch answers what it allows, and says so', async () => {
    const runId = start(standard, 'rm a.txt', 'rm package.json')
    const request = await server.asked(runId)
    const deliveryId = server.deliver(runId, { type: 'profile', profile: autonomous, by: person })
    const run = await server.ended(runId)
    expect([run.state, ran(run)]).toEqual(['SUCCEEDED', ['rm a.txt', 'rm package.json']])
    expect(outcomes(run)).toMatchObject([{ answer: { kind: 'allow_once' }, profile: 'Autonomous' }])
    expect(run.events.map(({ body }) => body)).toContainEqual({
      type: 'permission_lapsed',
      permissionId: request.id,
      ruled: { decision: 'allow', profile: 'Autonomous' },
    })
    expect(notices(run)).toContain('From here on the run is worked under the profile Autonomous.')
    expect(server.receipts.filter((one) => one.deliveryId === deliveryId).map((one) => one.state)).toEqual([
      'delivered',
      'done',
    ])
    expect(run.permissions.has(request.id)).toBe(false)
  })

  test('a switch that still asks leaves the question open', async () => {
    const runId = start(standard, 'rm a.txt')
    const request = await server.asked(runId)
    server.deliver(runId, { type: 'profile', profile: builtin('Careful'), by: person })
    await server.until(() => notices(server.run(runId)).length > 0, 'the switch is told')
    expect(server.run(runId).permissions.has(request.id)).toBe(true)
    server.answer(request, { kind: 'allow_once' })
    expect((await server.ended(runId)).state).toBe('SUCCEEDED')
  })

  test('what it denies is denied at once, and the agent hears why', async () => {
    const denying: ProfileSnapshot = { ...autonomous, name: 'No deletes', commandDeny: ['rm'], denied: 'deny' }
    server.answerAll(() => ({ kind: 'option', optionId: 'stop' }))
    const run = await server.ended(start(denying, 'echo hi', 'command rm a.txt'))
    expect(outcomes(run)[0]).toMatchObject({
      profile: 'No deletes',
      answer: {
        kind: 'deny',
        message:
          'Denied by the profile No deletes; nobody was asked. The profile No deletes’s list of denied commands covers this: rm. Find another way, or leave it and say so.',
      },
    })
    expect(ran(run)).toEqual(['echo hi'])
    expect(JSON.stringify([...run.entries.values()])).toContain('nobody was asked')
  })

  test('a later turn goes on under what the run was switched to, until the server says otherwise', async () => {
    const runId = start(standard, 'sleep 0', 'rm a.txt')
    await server.asked(runId)
    server.deliver(runId, { type: 'profile', profile: autonomous, by: person })
    await server.ended(runId)
    server.follow(runId, script('rm package.json'))
    const request = await server.asked(runId)
    expect(request.reason).toBe('The profile Standard asks before commands that delete.')
  })
})
