import { dockerMissing } from '#test/fakes/docker.ts'
import { directTests, dockerTests, taskTests, type HarnessDialect } from '#test/fakes/harness-tests.ts'
import { harnessMissing } from '#test/fakes/kept-tools.ts'
import type { ModelTurn } from '#test/fakes/model-server.ts'

const call = (name: string, input: Record<string, unknown>): ModelTurn => ({ tools: [{ name, input }] })
const patch = '*** Begin Patch\n*** Update File: a.txt\n@@\n-one\n+two\n*** End Patch'

const codex: HarnessDialect = {
  id: 'codex',
  name: 'Codex',
  api: 'openai',
  // A command that may change something has to say so; else Codex's own sandbox lets it only read.
  shell: (cmd) => call('exec_command', { cmd, sandbox_permissions: 'require_escalated', justification: 'It writes.' }),
  shellInside: (cmd) => call('exec_command', { cmd }),
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
  asksInside: false,
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
dockerTests(codex, missing ?? (await dockerMissing()))
