import { BlobHash } from '#shared/ids.ts'
import type { Json } from '#shared/json.ts'

/** Adds the hashes of the large texts that a row names, wherever they stand in it. */
export function blobsIn(value: Json | undefined, found: Set<string>): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const one of value as readonly Json[]) blobsIn(one, found)
    return
  }
  for (const [name, one] of Object.entries(value)) {
    const hash = name === 'blob' ? BlobHash.safeParse(one).data : undefined
    if (hash === undefined) blobsIn(one, found)
    else found.add(hash)
  }
}
