import { dockerMissing } from '#test/fakes/docker.ts'
import { harnessMissing } from '#test/fakes/kept-tools.ts'
import { sessionTests } from '#test/fakes/session-tests.ts'

const harnesses = [
  { id: 'claude-code', name: 'Claude Code', api: 'anthropic', model: 'haiku' },
  { id: 'codex', name: 'Codex', api: 'openai', model: 'gpt-5.5' },
  { id: 'opencode', name: 'OpenCode', api: 'openai', model: 'openai/gpt-5.5' },
  { id: 'gemini', name: 'Gemini CLI', api: 'google', model: 'gemini-2.5-flash' },
] as const
for (const harness of harnesses) {
  const missing = await harnessMissing(harness.id)
  sessionTests(harness, missing)
  // It is the one that is asked for its session inside of the sandbox.
  if (harness.id === 'opencode')
    sessionTests(
      { ...harness, sandbox: 'docker' },
      missing ?? (await harnessMissing(harness.id, 'docker')) ?? (await dockerMissing()),
    )
}
