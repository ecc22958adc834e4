import { z } from 'zod'
import { RunId, SecretId, UserId } from '../ids.ts'

/** The variable that a secret becomes in a run. Names under `DROVER_` are Drover's own. */
export const SecretName = z
  .string()
  .max(128)
  .regex(/^(?!DROVER_)[A-Za-z_][A-Za-z0-9_]*$/)
  .brand<'SecretName'>()
export type SecretName = z.infer<typeof SecretName>

/**
 * What a secret is for. A `text` is a variable and nothing more; the others are credentials that Drover knows how to use, so their
 * values have a form:
 *
 * - `anthropic_key`, `openai_key`, `google_key`: the provider's API key as it is;
 * - `bedrock_key`: JSON `{"key","region","baseUrl"?}`, an API key of Amazon Bedrock;
 * - `bedrock_access_key`: JSON `{"accessKeyId","secretAccessKey","sessionToken"?,"region","baseUrl"?}`;
 * - `model_endpoint`: JSON `{"api","baseUrl","key"?,"models"?}`, any server that speaks one of the providers' wires;
 * - `git_token`: JSON `{"host","token","username"?,"kind"?}` (`GitToken`), for cloning, pushing and pull requests by HTTPS;
 * - `registry_login`: JSON `{"host","username","token"}`, for fetching images from a registry;
 * - `ssh_key`: a private key as OpenSSH writes it, without a passphrase; or JSON `{"privateKey","host"?,"knownHosts"?}` (`SshKey`).
 */
export const secretKinds = [
  'text',
  'anthropic_key',
  'openai_key',
  'google_key',
  'bedrock_key',
  'bedrock_access_key',
  'model_endpoint',
  'git_token',
  'registry_login',
  'ssh_key',
] as const
export const SecretKind = z.enum(secretKinds)
export type SecretKind = z.infer<typeof SecretKind>

/** The longest value, in UTF-16 units. */
export const secretValueLimit = 48_000

/** An opened secret on its way to the one runner that was given the run. It is never stored: not in a job, not in a journal. */
export const RunSecret = z.object({
  name: SecretName,
  kind: SecretKind,
  value: z.string().min(1).max(secretValueLimit),
  /** It is of the person who began the turn, and of nobody else in the team. */
  own: z.literal(true).optional(),
})
export type RunSecret = z.infer<typeof RunSecret>

export const secretDescriptionLimit = 500
/** Of one team, and of one person in it: with those of one person a run gets no more than its assignment may carry. */
export const secretsLimit = 100

/** Whose it is: of the whole team, or of one person, whom nobody else sees having it. */
export const SecretOwner = z.enum(['team', 'person'])
export type SecretOwner = z.infer<typeof SecretOwner>

/** Names one of the server's key pairs. */
export const SecretKeyId = z.string().regex(/^[A-Za-z0-9_-]{8,64}$/)

/** A value as the browser sealed it; the longest value, in any script, takes 4 bytes a unit at most. */
export const SealedValue = z
  .string()
  .max(secretValueLimit * 6)
  .regex(/^v1\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/)
export type SealedValue = z.infer<typeof SealedValue>

/** Row `secret/<id>` of the team's space, or `own-secret/<user>/<id>`. It has no value, and not the sealed one either. */
export const Secret = z.object({
  id: SecretId,
  name: SecretName,
  kind: SecretKind,
  owner: SecretOwner,
  description: z.string().max(secretDescriptionLimit).optional(),
  /** Counts its values: 1 is the first. */
  version: z.number().int().positive(),
  createdBy: UserId,
  createdAt: z.number(),
  /** Who gave it its present value, and when. */
  changedBy: UserId,
  changedAt: z.number(),
  lastUsed: z.object({ runId: RunId, at: z.number() }).optional(),
  /** The server can't open it, because it lacks the key; a new value mends that. */
  unreadable: z.boolean().optional(),
})
export type Secret = z.infer<typeof Secret>

/** Row `secret-key`: what values are sealed to, so that a device without a network can. */
export const SecretKey = z.object({
  id: SecretKeyId,
  /** base64url, uncompressed point. */
  publicKey: z.string().max(200),
  /** Older keys that the server still opens: a device may have sealed to one of them while it was away. */
  older: z.array(SecretKeyId).max(50),
})
export type SecretKey = z.infer<typeof SecretKey>

/** What one turn got, in the run's row. Names of a person's own secrets stand there only where the run itself names them. */
export const TurnSecrets = z.object({
  names: z.array(SecretName).max(200),
  /** How many of its person's own beside them. */
  own: z.number().int().nonnegative().optional(),
  missing: z.array(SecretName).max(200).optional(),
})
export type TurnSecrets = z.infer<typeof TurnSecrets>
