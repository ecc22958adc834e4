import { z } from 'zod'
import { err, ok, type Result } from '../result.ts'
import { GitToken, SshKey } from './git-host.ts'
import { secretValueLimit, type SecretKind } from './secret.ts'

/** Why a value can't be taken; the words are the app's. */
export type ValueProblem =
  | 'empty'
  | 'too_long'
  | 'nul'
  | 'spaces_inside'
  | 'anthropic_form'
  | 'openai_form'
  | 'google_form'
  | 'json'
  | 'json_field'
  | 'url'
  | 'host'
  | 'ssh_public'
  | 'ssh_form'
  | 'ssh_passphrase'

/** What was taken away from what was pasted. */
export type Tidied = 'quotes' | 'space' | 'assignment'

export type CheckedValue = {
  readonly value: string
  readonly tidied: readonly Tidied[]
  /** Of `json_field`. */
  readonly field?: string
}

/** The longest that the kernel gives a program as one variable is 131,072 bytes with name and NUL (Linux, MAX_ARG_STRLEN). */
export const variableBytes = 130_000

/** The host may be given with its port; `docker.io` is Docker Hub. */
export const RegistrySecret = z.object({
  host: z.string().regex(/^[A-Za-z0-9.-]+(?::\d+)?$/),
  username: z.string().min(1),
  token: z.string().min(1),
})

/** Of Amazon's cloud; a part of the host's name, so nothing but that. */
const AwsRegion = z.string().regex(/^[a-z]{2}(?:-[a-z]+){1,3}-\d{1,2}$/)
/** `baseUrl`: of an endpoint of one's own network (PrivateLink); absent: the region's. */
const bedrockPlace = { region: AwsRegion, baseUrl: z.url({ protocol: /^https?$/ }).optional() }
export const BedrockKey = z.object({ key: z.string().min(1), ...bedrockPlace })
export const BedrockAccessKey = z.object({
  accessKeyId: z.string().min(1),
  secretAccessKey: z.string().min(1),
  sessionToken: z.string().min(1).optional(),
  ...bedrockPlace,
})

const oneLine: ReadonlySet<SecretKind> = new Set(['anthropic_key', 'openai_key', 'google_key'])
const jsonKinds: Partial<Record<SecretKind, z.ZodType>> = {
  bedrock_key: BedrockKey,
  bedrock_access_key: BedrockAccessKey,
  model_endpoint: z.object({
    api: z.enum(['anthropic', 'openai', 'google']),
    baseUrl: z.url({ protocol: /^https?$/ }),
    key: z.string().min(1).optional(),
    models: z.array(z.string().min(1)).optional(),
  }),
  git_token: GitToken,
  registry_login: RegistrySecret,
}

/** A value as it will be sealed, or why it can't be: looked at where it is typed, since nobody can later. */
export function checkSecretValue(
  kind: SecretKind,
  typed: string,
): Result<CheckedValue, { problem: ValueProblem; field?: string }> {
  const { value, tidied } = kind === 'text' ? { value: typed, tidied: [] } : tidy(kind, typed)
  if (value.trim() === '') return err({ problem: 'empty' })
  if (value.includes('\0')) return err({ problem: 'nul' })
  if (value.length > secretValueLimit || byteLength(value) > variableBytes) return err({ problem: 'too_long' })
  const problem = formProblem(kind, value)
  return problem === undefined ? ok({ value, tidied }) : err(problem)
}

function tidy(kind: SecretKind, typed: string): CheckedValue {
  const tidied: Tidied[] = []
  let value = typed.trim()
  if (value !== typed) tidied.push('space')
  if (kind === 'ssh_key') return { value: tidyKey(value), tidied: tidied.slice(1) }
  if (oneLine.has(kind)) {
    const assigned = /^(?:export\s+)?[A-Z_][A-Z0-9_]*=\s*/.exec(value)
    if (assigned !== null) {
      value = value.slice(assigned[0].length)
      tidied.push('assignment')
    }
    const quoted = /^(["'`])(.*)\1[;,]?$/s.exec(value)
    if (quoted !== null) {
      value = (quoted[2] ?? '').trim()
      tidied.push('quotes')
    }
  }
  return { value, tidied }
}

/** The key alone, where nothing is said beside it: then an older runner reads it too. */
function tidyKey(value: string): string {
  const plain = (text: string): string => `${text.trim().replaceAll('\r\n', '\n')}\n`
  const parsed = value.startsWith('{') ? SshKey.safeParse(parseJson(value)) : undefined
  if (parsed === undefined) return plain(value)
  if (!parsed.success) return value
  const { privateKey, ...more } = parsed.data
  return Object.keys(more).length === 0 ? plain(privateKey) : JSON.stringify({ ...more, privateKey: plain(privateKey) })
}

function formProblem(kind: SecretKind, value: string): { problem: ValueProblem; field?: string } | undefined {
  if (oneLine.has(kind) && /\s/.test(value)) return { problem: 'spaces_inside' }
  const schema = jsonKinds[kind]
  if (schema !== undefined) return jsonProblem(schema, value)
  switch (kind) {
    case 'anthropic_key':
      return value.startsWith('sk-ant-') ? undefined : { problem: 'anthropic_form' }
    case 'openai_key':
      return value.startsWith('sk-') && !value.startsWith('sk-ant-') ? undefined : { problem: 'openai_form' }
    case 'google_key':
      return /^[\w.-]{20,}$/.test(value) ? undefined : { problem: 'google_form' }
    case 'ssh_key': {
      if (!value.startsWith('{')) return sshProblem(value)
      const json = parseJson(value)
      return jsonProblem(SshKey, value) ?? sshProblem(SshKey.parse(json).privateKey)
    }
    default:
      return undefined
  }
}

function jsonProblem(schema: z.ZodType, value: string): { problem: ValueProblem; field?: string } | undefined {
  const json = parseJson(value)
  if (json === undefined) return { problem: 'json' }
  const parsed = schema.safeParse(json)
  if (parsed.success) return undefined
  const field = parsed.error.issues[0]?.path.join('.') ?? ''
  if (field === 'baseUrl') return { problem: 'url' }
  if (field === 'host') return { problem: 'host' }
  return { problem: 'json_field', field }
}

function sshProblem(value: string): { problem: ValueProblem } | undefined {
  if (/^(?:ssh-|ecdsa-|sk-)/.test(value)) return { problem: 'ssh_public' }
  if (!/^-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\n[\s\S]+-----END (?:[A-Z]+ )?PRIVATE KEY-----\n$/.test(value))
    return { problem: 'ssh_form' }
  // PEM says so in its header; OpenSSH's own format names the cipher in its first bytes: `openssh-key-v1\0` and 4 bytes of length.
  if (value.includes('ENCRYPTED')) return { problem: 'ssh_passphrase' }
  const isPlain = /^-----BEGIN OPENSSH[^\n]*\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU/.test(value)
  return value.startsWith('-----BEGIN OPENSSH') && !isPlain ? { problem: 'ssh_passphrase' } : undefined
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Bytes in UTF-8; half a surrogate pair counts as the three that stand for it. */
export function byteLength(text: string): number {
  let bytes = 0
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return bytes
}
