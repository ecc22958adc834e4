import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startControlServer } from '#test/fakes/control-server.ts'
import { sourceRoot, startRunner } from '#test/fakes/runner.ts'

test('an agent of one’s own is offered and carries out a run; one whose program is not there says so', async () => {
  const server = await startControlServer()
  const agent = (id: string, command: readonly string[], more: Record<string, unknown> = {}) => ({
    id,
    name: id,
    command,
    ...more,
  })
  const program = join(sourceRoot, 'test/fakes/bad-agent.ts')
  const runner = await startRunner({
    url: server.url,
    environment: {
      DROVER_AGENTS: JSON.stringify([
        agent('mine', [process.execPath, program, 'some-rubbish']),
        agent('careful', [process.execPath, program, 'some-rubbish'], { firstMode: 'ask-for-all' }),
        agent('absent', ['no-such-agent', 'acp']),
      ]),
    },
  })
  try {
    const runs = ['mine', 'careful', 'absent'].map((harness) => server.start({ harness, prompt: 'go' }))
    const [mine, careful, absent] = await Promise.all(runs.map((runId) => server.ended(runId)))
    expect(server.hellos[0]?.harnesses.find(({ id }) => id === 'mine')).toMatchObject({
      letters: 'MI',
      sandboxes: ['direct'],
    })
    expect(mine).toMatchObject({ state: 'SUCCEEDED' })
    expect(careful?.reason).toMatchObject({
      code: 'harness_protocol',
      text: expect.stringContaining('careful does not offer its mode “ask-for-all” any more'),
    })
    expect(absent?.reason).toMatchObject({
      code: 'harness_missing',
      text: 'no-such-agent was not found on this machine.',
    })
  } finally {
    await runner.close()
    await server.close()
  }
})
