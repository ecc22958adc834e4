import { z } from 'zod'
import { SecretKind } from './secret.ts'

/** What can act in a run. A harness is an agent that speaks the Agent Client Protocol. */
export const HarnessId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/)
  .brand<'HarnessId'>()
export type HarnessId = z.infer<typeof HarnessId>

export const SandboxKind = z.enum(['direct', 'docker'])
export type SandboxKind = z.infer<typeof SandboxKind>

/** How hard a model thinks, where that can be chosen. */
export const modelEfforts = ['minimal', 'low', 'medium', 'high', 'max'] as const
export const ModelEffort = z.enum(modelEfforts)
export type ModelEffort = z.infer<typeof ModelEffort>

export const ModelOffer = z.object({
  /** As the harness takes it. */
  id: z.string().min(1).max(200),
  name: z.string().min(1).max(120),
  /** Absent: it can't be chosen. */
  efforts: z.array(ModelEffort).max(5).optional(),
})
export type ModelOffer = z.infer<typeof ModelOffer>

/** A command of a harness itself, written as `/name`. */
export const HarnessCommand = z.object({
  name: z.string().min(1).max(100),
  description: z.string().max(160),
  /** What is written after it. */
  hint: z.string().max(80).optional(),
})
export type HarnessCommand = z.infer<typeof HarnessCommand>
export const offeredCommandsLimit = 40

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
  /** Models that can be chosen; more may be told once it has started. */
  models: z.array(ModelOffer).max(200).optional(),
  /** Whether it is shown pictures, as far as its last session told. */
  images: z.boolean().optional(),
  /** Its own commands, as its last session told them. */
  commands: z.array(HarnessCommand).max(offeredCommandsLimit).optional(),
  /** Credentials of which it needs one, best first. Absent: it needs none. */
  takes: z.array(SecretKind).max(9).optional(),
  /** Where it needs none of them, since the person of this machine is signed in to it. */
  signedIn: z.array(SandboxKind).max(4).optional(),
  /** What it can't be made to ask about in a sandbox, in sentences. */
  cannotAsk: z
    .array(z.object({ sandbox: SandboxKind, text: z.string().min(1).max(300) }))
    .max(20)
    .optional(),
  /** A sentence when it can't be used now: what is missing and what to do. */
  unavailable: z.string().max(300).optional(),
})
export type HarnessOffer = z.infer<typeof HarnessOffer>
