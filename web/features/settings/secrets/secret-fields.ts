import type { SecretKind } from '#shared/domain/secret.ts'
import type { secretWords } from '../../../words/secrets.ts'

type FieldName = keyof typeof secretWords.fields

/** What is asked for a kind of secret; together they are its value. */
export type SecretField = {
  readonly name: FieldName
  readonly form: 'line' | 'lines' | 'choice'
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
  ],
  bedrock_access_key: [
    { name: 'accessKeyId', form: 'line' },
    { name: 'secretAccessKey', form: 'line', hidden: true },
    { name: 'sessionToken', form: 'line', hidden: true, optional: true },
    { name: 'region', form: 'line' },
  ],
  model_endpoint: [
    { name: 'api', form: 'choice' },
    { name: 'baseUrl', form: 'line' },
    { name: 'key', form: 'line', hidden: true, optional: true },
    { name: 'models', form: 'lines', optional: true },
  ],
  git_token: [
    { name: 'host', form: 'line' },
    { name: 'token', form: 'line', hidden: true },
    { name: 'username', form: 'line', optional: true },
  ],
  ssh_key: one('privateKey', 'lines'),
}

export type Typed = Partial<Record<FieldName, string>>

/** The value that is sealed: the text itself, or its parts as JSON. */
export function valueOf(kind: SecretKind, typed: Typed): string {
  const fields = fieldsOf[kind]
  const [only] = fields
  if (fields.length === 1 && only !== undefined) return typed[only.name] ?? ''
  if (fields.every(({ name }) => name === 'api' || (typed[name] ?? '').trim() === '')) return ''
  const parts = fields.flatMap(({ name, form }): [string, string | string[]][] => {
    const text = (typed[name] ?? (name === 'api' ? 'openai' : '')).trim()
    if (text === '') return []
    return [[name, form === 'lines' ? text.split(/\s*\n\s*/) : text]]
  })
  return JSON.stringify(Object.fromEntries(parts))
}
