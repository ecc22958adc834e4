import { join } from 'node:path'
import { HarnessId } from '#shared/domain/harness.ts'
import type { HarnessDeclaration } from '#agent-runner/harness/declaration.ts'
import { sourceRoot } from './runner.ts'

/** An agent that only costs money: each call of its model one dollar, as many calls as its prompt says. */
export const spender: HarnessDeclaration = {
  id: HarnessId.parse('spender'),
  name: 'Spender',
  letters: 'SP',
  version: undefined,
  sandboxes: ['direct'],
  unavailable: () => undefined,
  installed: async () => true,
  prepare: async () => ({
    tools: [],
    argv: () => [process.execPath, join(sourceRoot, 'test/fakes/spending-agent.ts'), '1'],
    env: () => ({}),
  }),
  quirks: { hearsDenials: false, rulesApply: true, takesTools: true },
}
