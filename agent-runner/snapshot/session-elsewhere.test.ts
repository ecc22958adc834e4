import { sessionTests } from '#test/fakes/session-tests.ts'

sessionTests({ id: 'drover', name: 'Drover', api: 'anthropic', model: 'anthropic/claude-haiku-5-5' }, undefined)
