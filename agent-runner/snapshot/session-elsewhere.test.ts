import { expect, test } from 'vitest'
import { messages, notices, openHarnessWorld } from '#test/fakes/harness-world.ts'
import { sessionTests } from '#test/fakes/session-tests.ts'

const drover = { id: 'drover', name: 'Drover', api: 'anthropic', model: 'anthropic/claude-haiku-5-5' } as const
sessionTests(drover, undefined)

test('a session that does not come along is told as text, and the run says so, once', { timeout: 60_000 }, async () => {
  const world = await openHarnessWorld({
    harness: drover.id,
    config: { model: drover.model },
    snapshots: true,
    secrets: (model) => [model.secret(drover.api)],
  })
  try {
    world.model.script([{ text: 'I keep it in mind.' }])
    const runId = world.start('Remember the number 42.')
    await world.ended(runId)
    const snapshot = await world.server.until(
      () =>
        world.server
          .run(runId)
          .events.flatMap(({ body }) => (body.type === 'snapshot' ? [body.snapshot] : []))
          .at(-1),
      'the snapshot',
    )
    for (const { content } of snapshot.session?.files ?? [])
      for (const piece of content.pieces) expect(world.server.blobs.delete(piece)).toBe(true)
    await world.move()
    world.model.script([{ text: 'It was 42.' }])
    world.server.follow(runId, 'Which number?')
    const run = await world.ended(runId, 2)
    expect(messages(run).at(-1)).toBe('It was 42.')
    expect(notices(run)).toEqual([
      '1 thing of the saved workspace could not be brought back.',
      'Drover has no earlier session here. It goes on in a new one, with the last part of this conversation as text.',
    ])
    const heard = (world.model.requests.at(-1)?.messages ?? []).map(({ text }) => text).join('\n')
    expect(heard).toMatch(/Person:\nRemember the number 42\.[^]*act on now:\n\nWhich number\?/)

    await world.restart()
    world.model.script([{ text: 'Still 42.' }])
    world.server.follow(runId, 'And now?')
    expect(notices(await world.ended(runId, 3))).toHaveLength(2)
  } finally {
    await world.close()
  }
})
