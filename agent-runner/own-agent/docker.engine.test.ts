import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hasEnded } from '#shared/domain/run.ts'
import { agentModelKey, startAgentModels, type AgentModels } from '#test/fakes/agent-models/server.ts'
import { startControlServer, type ControlServer } from '#test/fakes/control-server.ts'
import { dockerMissing, dockerSettings } from '#test/fakes/docker.ts'
import { dockerTests } from '#test/fakes/harness-docker-tests.ts'
import { makeRepository, startRunner } from '#test/fakes/runner.ts'

const missing = await dockerMissing()
/** A container, a clone and a time-out of two seconds on a busy machine. */
const startMs = 60_000
const asleep = `cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -q 'sleep 60[0]' && echo asleep || echo nobody sleeps`

dockerTests(
  {
    id: 'drover',
    name: 'Drover’s agent',
    api: 'anthropic',
    shell: (command) => ({ tools: [{ name: 'shell', input: { command } }] }),
    edit: {
      tools: [
        { name: 'read', input: { path: 'a.txt' } },
        { name: 'edit', input: { path: 'a.txt', edits: [{ old: 'one', new: 'two' }] } },
      ],
    },
    planRead: (planId) => ({ tools: [{ name: 'drover_plan_read', input: { plan_id: planId } }] }),
    model: 'anthropic/claude-haiku-5-5',
    mayForget: false,
    denied: 'failed',
    errors: { 401: { code: 'authentication_required', text: 'Incorrect API key provided.' } },
  },
  missing,
)

describe.skipIf(missing !== undefined)(
  `Drover’s agent, its models and its commands, in Docker${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let server: ControlServer
    let models: AgentModels
    let repository: Awaited<ReturnType<typeof makeRepository>>
    let runner: Awaited<ReturnType<typeof startRunner>>
    beforeEach(async () => {
      server = await startControlServer()
      models = await startAgentModels()
      repository = await makeRepository({ 'a.txt': 'one\n' })
      const way = { api: 'anthropic' as const, baseUrl: models.url, token: agentModelKey }
      runner = await startRunner({
        url: server.url,
        environment: dockerSettings(),
        deps: {
          models: {
            open: async () => ({
              endpoint: (api) => (api === way.api ? way : undefined),
              renew: () => {},
              close: () => {},
            }),
            close: async () => {},
          },
        },
      })
    })
    afterEach(async () => {
      await runner.close()
      await models.close()
      await server.close()
      await repository.remove()
    })

    test('works in a container without a network, its keys outside, and ends one command without the others', async () => {
      server.answerAll(() => ({ kind: 'allow_once' }))
      models.script([
        {
          tools: [
            { name: 'read', input: { path: 'a.txt' } },
            { name: 'shell', input: { command: 'echo before; sleep 600 & wait', timeoutSeconds: 2 } },
            { name: 'shell', input: { command: 'env; id -u; sleep 4; echo after' } },
          ],
        },
        { tools: [{ name: 'edit', input: { path: 'a.txt', edits: [{ old: 'one', new: 'two' }] } }] },
        { tools: [{ name: 'shell', input: { command: `cat a.txt; ${asleep}` } }] },
        { text: 'Done.' },
      ])
      const runId = server.start({
        harness: 'drover',
        sandbox: 'docker',
        prompt: 'Change a.txt.',
        config: { repository: { url: repository.path } },
      })
      const run = await server.until(() => hasEnded(server.run(runId).state) && server.run(runId), 'it ended', startMs)
      expect(run.reason).toBeUndefined()
      expect(run.state).toBe('SUCCEEDED')
      const [, first = '', , last = ''] = models.asked.map(({ said }) => said.join('\n'))
      expect(first).toContain('It was ended after 2 seconds')
      expect(first).toMatch(/1000\nafter/)
      expect(first).not.toContain(agentModelKey)
      expect(last).toContain('two\nnobody sleeps')
      expect(models.complaints).toEqual([])
      expect(run.events.findLast(({ body }) => body.type === 'files')?.body).toMatchObject({
        files: [{ path: 'a.txt', status: 'modified' }],
      })
    })
  },
)
