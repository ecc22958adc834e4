import { createHash } from 'node:crypto'
import type { BlobHash } from '#shared/ids.ts'

const requestMs = 60_000

/**
 * `GET /api/runner/blobs/<sha256>`, once. @returns the content, or the status with which the server has none to give.
 * @throws when the server can't be reached, or what came is something else
 */
export async function requestBlob(
  { url, key }: { readonly url: string; readonly key: string },
  hash: BlobHash,
  { signal, most }: { signal: AbortSignal; /** Bytes. */ most: number },
): Promise<Uint8Array | number> {
  const answer = await fetch(`${url}/api/runner/blobs/${hash}`, {
    headers: { authorization: `Bearer ${key}` },
    signal: AbortSignal.any([signal, AbortSignal.timeout(requestMs)]),
  })
  if (!answer.ok) {
    await answer.body?.cancel()
    return answer.status
  }
  if (Number(answer.headers.get('content-length') ?? 0) > most) {
    await answer.body?.cancel()
    throw new Error('what the server sent is too large')
  }
  const content = new Uint8Array(await answer.arrayBuffer())
  if (createHash('sha256').update(content).digest('hex') !== hash)
    throw new Error('what the server sent is not what its name says')
  return content
}
