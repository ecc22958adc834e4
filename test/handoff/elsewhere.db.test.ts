import { afterAll, beforeAll, expect, test } from 'vitest'
import { emptyText } from '#shared/domain/bounded-text.ts'
import { EntryId, PromptId } from '#shared/ids.ts'
import { newRun, openPusher } from '../contract/people.ts'
import { runEvents, snapshot } from '../contract/samples.ts'
import { connectScriptedRunner } from '../fakes/scripted-runner.ts'
import { newId, openWorld, type World } from '../world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

test('a follow-up of a saved run goes elsewhere when its machine takes nothing new, with how it was left and what was said', async () => {
  const key = await world.runnerKey()
  const device = openPusher(await world.owner())
  const there = await connectScriptedRunner({ url: world.url, key, takesSnapshots: true })
  expect(await there.next('welcome')).toMatchObject({ snapshots: true })
  const run = newRun()
  await device.push(['createRun', run])
  const { assignment } = await there.next('assign')
  expect(assignment).not.toHaveProperty('snapshot')
  there.send({ type: 'claimed', runId: run.runId, turn: 1 })
  const entry = (n: number, body: { kind: 'user' } | { kind: 'message'; done: true }, head: string) => ({
    type: 'entry' as const,
    entry: {
      id: EntryId.parse(`${run.runId.slice(-12)}-${n}`),
      n,
      at: n,
      turn: 1,
      body: { ...body, text: { ...emptyText, head, length: head.length } },
    },
  })
  there.emit(
    run.runId,
    { type: 'state', event: 'claim', turn: 1 },
    entry(1, { kind: 'user' }, 'Say hello'),
    { type: 'state', event: 'start', turn: 1 },
    entry(2, { kind: 'message', done: true }, 'Hello.'),
    runEvents.snapshot,
    { type: 'state', event: 'succeed', turn: 1 },
  )
  await there.next('ack', ({ seq }) => seq === 6)
  there.send({ type: 'draining' })
  const here = await connectScriptedRunner({ url: world.url, key, takesSnapshots: true })
  await device.push([
    'sendPrompt',
    { runId: run.runId, promptId: PromptId.parse(newId()), deliveryId: newId(), text: 'And now?', mode: 'queue' },
  ])
  const next = await here.next('assign')
  expect(next.assignment).toMatchObject({
    turn: 2,
    after: { seq: 6, entries: 2 },
    snapshot: { tree: snapshot.tree, repositories: snapshot.repositories, patch: snapshot.patch, shown: [], left: [] },
    conversation: [
      { who: 'user', text: 'Say hello' },
      { who: 'agent', text: 'Hello.' },
    ],
  })
  there.close()
  here.close()
})
