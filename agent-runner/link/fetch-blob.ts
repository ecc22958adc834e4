import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { fileBytesLimit } from '#shared/domain/attachment.ts'
import type { BlobHash } from '#shared/ids.ts'
import type { Clock } from '../clock.ts'
import { createBackoff } from './backoff.ts'

/** What people attached, by its hash: `undefined` when it did not come until `signal` said that it is too late. Never throws. */
export type FetchBlob = (
  hash: BlobHash,
  how: { readonly signal: AbortSignal; readonly onWaiting: () => void },
) => Promise<Uint8Array | undefined>

/** One request, after which it is tried again. */
const requestMs = 60_000

/**
 * `GET /api/runner/blobs/<sha256>`. A message comes by a quicker way than its files, so what is not there is on its way from a device, and is asked for again.
 */
export function createBlobFetcher({ url, key, clock }: { url: string; key: string; clock: Clock }): FetchBlob {
  async function once(hash: BlobHash, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const answer = await fetch(`${url}/api/runner/blobs/${hash}`, {
      headers: { authorization: `Bearer ${key}` },
      signal: AbortSignal.any([signal, AbortSignal.timeout(requestMs)]),
    })
    const size = Number(answer.headers.get('content-length') ?? 0)
    if (!answer.ok || size > fileBytesLimit) {
      await answer.body?.cancel()
      return undefined
    }
    const content = new Uint8Array(await answer.arrayBuffer())
    return createHash('sha256').update(content).digest('hex') === hash ? content : undefined
  }

  return async (hash, { signal, onWaiting }) => {
    const backoff = createBackoff({ random: () => clock.random(), mostMs: 5_000 })
    while (!signal.aborted) {
      const content = await once(hash, signal).catch(() => undefined)
      if (content !== undefined) return content
      if (signal.aborted) return undefined
      onWaiting()
      await wait(backoff.next(), undefined, { signal }).catch(() => undefined)
    }
    return undefined
  }
}
