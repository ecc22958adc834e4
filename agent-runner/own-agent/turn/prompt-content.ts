import type { UserContent } from 'ai'

interface Block {
  readonly type: string
  readonly text?: unknown
  readonly data?: unknown
  readonly mimeType?: unknown
  readonly uri?: unknown
  readonly resource?: unknown
}

/** A prompt of the protocol as a message to the model. What it can't be sent is named. */
export function promptContent(blocks: readonly Block[]): UserContent {
  return blocks.map((block) => {
    if (block.type === 'text' && typeof block.text === 'string') return { type: 'text', text: block.text }
    if (block.type === 'image' && typeof block.data === 'string' && typeof block.mimeType === 'string')
      return { type: 'file', data: { type: 'data', data: block.data }, mediaType: block.mimeType }
    if (block.type === 'resource') return { type: 'text', text: resourceText(block.resource) }
    if (block.type === 'resource_link') return { type: 'text', text: `See ${String(block.uri)}` }
    return { type: 'text', text: `[${block.type}]` }
  })
}

function resourceText(resource: unknown): string {
  if (typeof resource !== 'object' || resource === null) return '[resource]'
  const uri: unknown = Reflect.get(resource, 'uri')
  const text: unknown = Reflect.get(resource, 'text')
  return typeof text === 'string' ? `<file uri="${String(uri)}">\n${text}\n</file>` : `See ${String(uri)}`
}
