import { stat } from 'node:fs/promises'
import { maxTextBytes, textPartBytes, type StoredText } from '#shared/domain/bounded-text.ts'
import type { BlobHash } from '#shared/ids.ts'
import type { BlobStore } from '../link/blob-store.ts'

/**
 * Hands in a whole text, one part after another. Parts have their hash as name, so doing it again after a break costs only what is missing.
 * @returns `undefined` where a part could not be stored, or the text is longer than can be.
 */
export async function storeText(blobs: Pick<BlobStore, 'put'>, file: string): Promise<StoredText | undefined> {
  const { size } = await stat(file)
  if (size > maxTextBytes) return undefined
  const parts: BlobHash[] = []
  for (let from = 0; from < size; from += textPartBytes) {
    const hash = await blobs.put({ file, from, bytes: Math.min(textPartBytes, size - from) })
    if (hash === undefined) return undefined
    parts.push(hash)
  }
  const [first] = parts
  if (first === undefined) return undefined
  return parts.length === 1 ? { blob: first } : { parts }
}
