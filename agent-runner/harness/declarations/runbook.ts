import { HarnessId } from '#shared/domain/harness.ts'
import { droverVersion } from '#shared/version.ts'
import type { HarnessDeclaration } from '../declaration.ts'
import { openRunbook } from '../runbook/agent.ts'

/** Ours: carries out the shell blocks of its prompt. Needs no model, no key and nothing to be fetched. */
export const runbook: HarnessDeclaration = {
  id: HarnessId.parse('runbook'),
  name: 'Runbook',
  letters: 'RB',
  version: droverVersion,
  sandboxes: ['direct', 'docker'],
  unavailable: () => undefined,
  installed: async () => true,
  prepare: async () => ({ tools: [], open: openRunbook }),
  quirks: { hearsDenials: true, rulesApply: true, takesTools: false },
}
