import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { askLine } from '#shared/domain/permission.ts'
import { dockerMissing, dockerSettings } from '#test/fakes/docker.ts'
import { dockerTests } from '#test/fakes/harness-docker-tests.ts'
import { directTests, taskTests, type HarnessDialect } from '#test/fakes/harness-tests.ts'
import { openHarnessWorld, tools } from '#test/fakes/harness-world.ts'
import { harnessMissing } from '#test/fakes/kept-tools.ts'
import type { ModelRequest, ModelTurn } from '#test/fakes/model-server.ts'

const call = (name: string, input: Record<string, unknown>): ModelTurn => ({ tools: [{ name, input }] })
const patch = '*** Begin Patch\n*** Update File: a.txt\n@@\n-one\n+two\n*** End Patch'

const codex: HarnessDialect = {
  id: 'codex',
  name: 'Codex',
  api: 'openai',
  // A command that may change something has to say so; else Codex's own sandbox lets it only read.
  shell: (cmd) => call('exec_command', { cmd, sandbox_permissions: 'require_escalated', justification: 'It writes.' }),
  edit: call('apply_patch', { input: patch }),
  planRead: (planId) => ({ tools: [{ namespace: 'mcp__drover', name: 'plan_read', input: { plan_id: planId } }] }),
  // The newer ones write programs that call their tools.
  model: 'gpt-5.5',
  mayForget: false,
  denied: 'failed',
  errors: {
    401: { code: 'authentication_required', text: 'Codex is not signed in' },
    500: { code: 'harness_protocol', text: 'experiencing high demand' },
  },
  loosened: {
    '.codex/config.toml': 'approval_policy = "never"\nsandbox_mode = "danger-full-access"\n',
  },
}

const tasks = [
  call('update_plan', {
    plan: [
      { step: 'Look around', status: 'in_progress' },
      { step: 'Change the file', status: 'pending' },
    ],
  }),
]

const missing = await harnessMissing('codex')
directTests(codex, missing)
taskTests(codex, tasks, missing)
const missingThere = missing ?? (await dockerMissing())
dockerTests(codex, missingThere)

test.skipIf(missingThere !== undefined)(
  `Codex in a container: what it would do without asking does nothing, and input of a command is asked about${missingThere === undefined ? '' : ` (${missingThere})`}`,
  { timeout: 300_000 },
  async () => {
    const world = await openHarnessWorld({
      harness: 'codex',
      sandbox: 'docker',
      environment: dockerSettings(),
      config: { model: codex.model },
      secrets: (model) => [model.secret('openai')],
    })
    try {
      const asked: string[] = []
      world.server.answerAll((request) => {
        const line = askLine(request)
        asked.push(line)
        return line.startsWith('write_stdin') ? { kind: 'deny' } : { kind: 'allow_once' }
      })
      const sessionIn = (request: ModelRequest): number =>
        Number(/running with session ID (\d+)/.exec(request.messages.at(-1)?.text ?? '')?.[1])
      world.model.script([
        call('exec_command', { cmd: 'touch unasked.txt' }),
        call('exec_command', {
          ...{ cmd: 'sh', tty: true, yield_time_ms: 500 },
          ...{ sandbox_permissions: 'require_escalated', justification: 'It writes.' },
        }),
        (request) => call('write_stdin', { session_id: sessionIn(request), chars: 'touch typed.txt\n' }),
      ])
      const runId = world.start('Go.')
      const run = await world.ended(runId)
      // Codex ends its turn at a denial that says nothing; that is no failure.
      expect(run).toMatchObject({ state: 'SUCCEEDED', badMoves: [] })
      expect(run.reason).toBeUndefined()
      expect(asked).toEqual(['sh', expect.stringContaining('touch typed.txt')])
      expect(tools(run)[0]).toMatchObject({ command: 'touch unasked.txt', status: 'failed' })
      expect(world.model.requests[0]?.messages.map(({ text }) => text).join('\n')).toContain(
        'You work in a container, which is the sandbox.',
      )
      expect(['unasked.txt', 'typed.txt'].filter((name) => existsSync(world.fileOf(runId, name)))).toEqual([])
    } finally {
      await world.close()
    }
  },
)
