import type { ModelAnswer, ModelError, ModelRequest, ModelWire, Write } from './script.ts'

/** What a wire makes of the parts of a request that tests look at. */
export type ReadRequest = Pick<ModelRequest, 'model' | 'stream' | 'tools' | 'messages'>

/** A provider's protocol. */
export interface Wire {
  readonly name: ModelWire
  /** Of a path that asks for a completion. */
  readonly path: RegExp
  read(body: Record<string, unknown>, path: string): ReadRequest
  /** Whether it wants JSON of a form, such as for a choice or a title. */
  schema(body: Record<string, unknown>): Record<string, unknown> | undefined
  /** The events of a streamed answer; ends without their end when the answer stays open. */
  stream(answer: ModelAnswer, write: Write, body: Record<string, unknown>): Promise<void>
  /** An answer in one piece, as JSON. */
  whole(answer: ModelAnswer, body: Record<string, unknown>): unknown
  error(error: ModelError): unknown
}

export function event(data: unknown, name?: string): string {
  return `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`
}

export function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}

export function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(recordOf) : []
}

/** The words of a content that is a text or a list of parts. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return content === undefined || content === null ? '' : JSON.stringify(content)
  return listOf(content)
    .map((part) => (typeof part['text'] === 'string' ? part['text'] : `[${String(part['type'])}]`))
    .join('\n')
}

/** The smallest value that fits a JSON schema. */
export function valueFor(schema: Record<string, unknown>): unknown {
  if (Array.isArray(schema['enum'])) return schema['enum'][0]
  if (schema['const'] !== undefined) return schema['const']
  switch (String(schema['type']).toLowerCase()) {
    case 'object': {
      const properties = recordOf(schema['properties'])
      return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, valueFor(recordOf(value))]))
    }
    case 'array':
      return []
    case 'number':
    case 'integer':
      return schema['minimum'] ?? 1
    case 'boolean':
      return false
    default:
      return 'A short title'
  }
}
