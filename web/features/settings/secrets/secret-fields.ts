import type { SecretKind } from '#shared/domain/secret.ts'
import type { secretWords } from '../../../words/secrets.ts'

type FieldName = keyof typeof secretWords.fields

/** What is asked for a kind of secret; together they are its value. */
export type SecretField = {
  readonly name: FieldName
  readonly form: 'line' | 'lines' | 'choice'
  /** Each line is one of several values. */
  readonly list?: boolean
  /** Not shown while it is typed. */
  readonly hidden?: boolean
  readonly optional?: boolean
}

const one = (name: FieldName, form: 'line' | 'lines'): readonly SecretField[] => [{ name, form, hidden: true }]

export const fieldsOf: Readonly<Record<SecretKind, readonly SecretField[]>> = {
  text: one('value', 'lines'),
  anthropic_key: one('key', 'line'),
  openai_key: one('key', 'line'),
  google_key: one('key', 'line'),
  bedrock_key: [
    { name: 'key', form: 'line', hidden: true },
    { name: 'region', form: 'line' },
    { name: 'baseUrl', form: 'line', optional: true },
  ],
  bedrock_access_key: [
    { name: 'accessKeyId', form: 'line' },
    { name: 'secretAccessKey', form: 'line', hidden: true },
    { name: 'sessionToken', form: 'line', hidden: true, optional: true },
    { name: 'region', form: 'line' },
    { name: 'baseUrl', form: 'line', optional: true },
  ],
  model_endpoint: [
    { name: 'api', form: 'choice' },
    { name: 'baseUrl', form: 'line' },
    { name: 'key', form: 'line', hidden: true, optional: true },
    { name: 'models', form: 'lines', list: true, optional: true },
  ],
  git_token: [
    { name: 'host', form: 'line' },
    { name: 'token', form: 'line', hidden: true },
    { name: 'username', form: 'line', optional: true },
    { name: 'kind', form: 'choice' },
  ],
  registry_login: [
    { name: 'host', form: 'line' },
    { name: 'username', form: 'line' },
    { name: 'token', form: 'line', hidden: true },
  ],
  ssh_key: [
    { name: 'privateKey', form: 'lines', hidden: true },
    { name: 'host', form: 'line', optional: true },
    { name: 'knownHosts', form: 'lines', optional: true },
  ],
}

/** What is chosen before anybody chooses. Of a Git host: what its name says. */
export function usualChoice(name: FieldName): string {
  return name === 'api' ? 'openai' : ''
}

export type Typed = Partial<Record<FieldName, string>>

/** The value that is sealed: the text itself, or its parts as JSON. */
export function valueOf(kind: SecretKind, typed: Typed): string {
  const fields = fieldsOf[kind]
  const [only] = fields
  if (fields.length === 1 && only !== undefined) return typed[only.name] ?? ''
  if (fields.every(({ name, form }) => form === 'choice' || (typed[name] ?? '').trim() === '')) return ''
  const parts = fields.flatMap(({ name, list }): [string, string | string[]][] => {
    const text = (typed[name] ?? usualChoice(name)).trim()
    if (text === '') return []
    return [[name, list === true ? text.split(/\s*\n\s*/) : text]]
  })
  return JSON.stringify(Object.fromEntries(parts))
}
