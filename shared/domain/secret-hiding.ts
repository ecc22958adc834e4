import { z } from 'zod'
import type { RunSecret, SecretKind } from './secret.ts'
import { parseJson } from './secret-value.ts'

/** What is shorter is a part of too much else: hiding it would tear holes into every output, and each hole would give it away. */
export const leastHidden = 6

const common: ReadonlySet<string> = new Set(
  'localhost 127.0.0.1 0.0.0.0 default production staging development disabled enabled undefined password secret username example main master develop debug warning'.split(
    ' ',
  ),
)

/** A value that is not hidden in outputs. */
export function isTooPlain(value: string): boolean {
  const text = value.trim()
  if (text.length < leastHidden) return true
  if (common.has(text.toLowerCase())) return true
  if (/^\d{1,7}$/.test(text)) return true
  return new Set(text).size < 3
}

const Fields = z.record(z.string(), z.unknown())
/** The fields of a credential that are secret; its host, region and user are not. */
const secretFields: Partial<Record<SecretKind, readonly string[]>> = {
  bedrock_key: ['key'],
  bedrock_access_key: ['accessKeyId', 'secretAccessKey', 'sessionToken'],
  model_endpoint: ['key'],
  git_token: ['token'],
  registry_login: ['token'],
  ssh_key: ['privateKey'],
}

/** The texts of a secret that must not be seen anywhere. */
export function hiddenTexts({ kind, value }: Pick<RunSecret, 'kind' | 'value'>): string[] {
  const fields = secretFields[kind]
  if (fields === undefined) return [value]
  const json = Fields.safeParse(parseJson(value))
  if (!json.success) return [value]
  return fields.flatMap((field) => {
    const text = json.data[field]
    return typeof text === 'string' && text !== '' ? [text] : []
  })
}
