import { z } from 'zod'

/** What can act in a run. A harness is an agent that speaks the Agent Client Protocol. */
export const HarnessId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/)
  .brand<'HarnessId'>()
export type HarnessId = z.infer<typeof HarnessId>

export const SandboxKind = z.enum(['direct', 'docker'])
export type SandboxKind = z.infer<typeof SandboxKind>

/** What a runner says of a harness it can start. */
export const HarnessOffer = z.object({
  id: HarnessId,
  name: z.string().min(1).max(60),
  /** Two letters for the square tile. */
  letters: z.string().min(1).max(2),
  version: z.string().max(60).optional(),
  sandboxes: z.array(SandboxKind).max(4),
  /** Where it can make, read and change plans. */
  planTools: z.array(SandboxKind).max(4).optional(),
  /** A sentence when it can't be used now: what is missing and what to do. */
  unavailable: z.string().max(300).optional(),
})
export type HarnessOffer = z.infer<typeof HarnessOffer>
