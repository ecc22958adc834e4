import { z } from 'zod'

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
 * - `bedrock_key`: JSON `{"key","region"}`, an API key of Amazon Bedrock;
 * - `bedrock_access_key`: JSON `{"accessKeyId","secretAccessKey","sessionToken"?,"region"}`;
 * - `model_endpoint`: JSON `{"api","baseUrl","key"?,"models"?}`, any server that speaks one of the providers' wires;
 * - `git_token`: JSON `{"host","token","username"?}`, for cloning, pushing and pull requests by HTTPS;
 * - `ssh_key`: a private key as OpenSSH writes it, without a passphrase.
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
})
export type RunSecret = z.infer<typeof RunSecret>
