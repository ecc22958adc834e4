import { digest } from 'lib0/hash/sha256'
import { BlobHash } from '#shared/ids.ts'

/** Browsers offer theirs to secure pages only. */
export async function sha256Of(content: Uint8Array<ArrayBuffer>): Promise<BlobHash> {
  const hash =
    crypto.subtle === undefined ? digest(content) : new Uint8Array(await crypto.subtle.digest('SHA-256', content))
  return BlobHash.parse(Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join(''))
}
