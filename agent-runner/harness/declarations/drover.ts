import { HarnessId } from '#shared/domain/harness.ts'
import { droverVersion } from '#shared/version.ts'
import { catalogueOffers } from '../../own-agent/models/catalogue.ts'
import { sessionFile } from '../../own-agent/session-name.ts'
import { openOwnAgent } from '../../own-agent/open.ts'
import type { HarnessDeclaration } from '../declaration.ts'
import { namedFiles } from '../sessions/in-home.ts'

/** Ours, for any model: it lives in the runner's process, so the keys of models never enter a sandbox, and nothing is to be fetched. */
export const drover: HarnessDeclaration = {
  id: HarnessId.parse('drover'),
  name: 'Drover',
  letters: 'DR',
  version: droverVersion,
  sandboxes: ['direct', 'docker'],
  unavailable: () => undefined,
  installed: async () => true,
  prepare: async () => ({ tools: [], open: (sandbox, context) => openOwnAgent(sandbox, context) }),
  quirks: {
    hearsDenials: true,
    rulesApply: true,
    takesTools: true,
    sessions: namedFiles(({ id }) => [sessionFile(id)]),
  },
  models: catalogueOffers,
  abilities: () => ({ images: true }),
  takes: ['anthropic_key', 'openai_key', 'google_key', 'bedrock_key', 'bedrock_access_key', 'model_endpoint'],
}
