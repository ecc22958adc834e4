import { afterEach, beforeEach, expect, test } from 'vitest'
import type { EgressPolicy } from '#shared/domain/environment-egress.ts'
import { startControlServer, type ControlServer } from '#test/fakes/control-server.ts'
import { createInsideAgent } from '#test/fakes/inside-agent.ts'
import { startRunner, type RunnerOptions } from '#test/fakes/runner.ts'

let server: ControlServer
let runner: Awaited<ReturnType<typeof startRunner>> | undefined
beforeEach(async () => {
  server = await startControlServer()
})
afterEach(async () => {
  await runner?.close()
  runner = undefined
  await server.close()
})
const start = async (options: Partial<RunnerOptions> = {}): Promise<void> => {
  runner = await startRunner({ url: server.url, ...options })
}

test('the direct sandbox refuses a run that may not reach everything', async () => {
  await start()
  server.setEgress({ kind: 'none' })
  const run = await server.ended(server.start({ prompt: '```sh\necho hello\n```' }))
  expect(run).toMatchObject({ state: 'ERROR', reason: { code: 'sandbox_failed' } })
  expect(run.reason?.text).toContain('The direct sandbox has no wall around it')
})

test('a turn whose egress is another gets another sandbox, and one with the same goes on in it', async () => {
  const agent = createInsideAgent()
  const started: (EgressPolicy | undefined)[] = []
  const sandbox: typeof agent.sandbox = {
    ...agent.sandbox,
    start: (spec) => {
      started.push(spec.egress)
      return agent.sandbox.start(spec)
    },
  }
  await start({ harnesses: [agent.harness], deps: { sandboxes: [sandbox] } })
  agent.letGo()
  const runId = server.start({ harness: 'inside', prompt: 'first' })
  await server.ended(runId)
  const list: EgressPolicy = { kind: 'hosts', hosts: ['example.com'] }
  server.setEgress(list)
  for (const turn of [2, 3]) {
    server.follow(runId, `turn ${turn}`)
    expect((await server.ended(runId, turn)).state).toBe('SUCCEEDED')
  }
  expect(started).toEqual([{ kind: 'all' }, list])
  expect(agent.heard).toHaveLength(3)
})
