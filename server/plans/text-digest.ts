import { createHash } from 'node:crypto'

/** Names the text of a version: half of its SHA-256, hex. */
export function textDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
