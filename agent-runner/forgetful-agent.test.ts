import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startControlServer } from '#test/fakes/control-server.ts'
import { sourceRoot, startRunner } from '#test/fakes/runner.ts'

test('an agent that can’t load its session is told in a new one all that the person said, denials too, in order', async () => {
  const server = await startControlServer()
  const folder = await mkdtemp(join(tmpdir(), 'drover-forgetful-'))
  const start = () =>
    startRunner({
      url: server.url,
      folder,
      environment: {
        DROVER_AGENTS: JSON.stringify([
          {
            id: 'forgetful',
            name: 'Forgetful',
            command: [process.execPath, join(sourceRoot, 'test/fakes/forgetful-agent.ts')],
          },
        ]),
      },
    })
  let runner = await start()
  try {
    server.answerAll(() => ({ kind: 'deny', message: 'Leave the files alone.' }))
    const runId = server.start({ harness: 'forgetful', prompt: `Clean up.\n${'x'.repeat(13_000)}\nAsk: rm -rf src` })
    await server.ended(runId)
    await runner.close()
    runner = await start()
    server.follow(runId, 'What now?')
    const run = await server.ended(runId, 2)
    const heard = [...run.entries.values()].flatMap(({ body }) => (body.kind === 'message' ? [body.text] : [])).at(-1)
    expect(`${heard?.head}${heard?.tail}`).toMatch(
      /Person:\nClean up\.[^]*Person:\nI denied this: rm -rf src\nLeave the files alone\.[^]*You:\nI leave it\.[^]*act on now:\n\nWhat now\?/,
    )
  } finally {
    await runner.close()
    await server.close()
    await rm(folder, { recursive: true, force: true })
  }
})
