import { z } from 'zod'

/** Agents whose conversations on a person's own machine can be taken to a run, and brought from one; the ids of their harnesses. */
export const OwnAgent = z.enum(['claude-code', 'codex', 'opencode', 'gemini'])
export type OwnAgent = z.infer<typeof OwnAgent>
