import { harnessMissing } from '#test/fakes/kept-tools.ts'
import { sessionTests } from '#test/fakes/session-tests.ts'

const missing = await harnessMissing('claude-code')
sessionTests({ id: 'claude-code', name: 'Claude Code', api: 'anthropic', model: 'haiku' }, missing)
