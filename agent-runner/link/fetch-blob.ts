import { setTimeout as wait } from 'node:timers/promises'
import { fileBytesLimit } from '#shared/domain/attachment.ts'
import type { BlobHash } from '#shared/ids.ts'
import type { Clock } from '../clock.ts'
import { createBackoff } from './backoff.ts'
import { requestBlob } from './request-blob.ts'

/** What people attached, by its hash: `undefined` when it did not come until `signal` said that it is too late. Never throws. */
export type FetchBlob = (
  hash: BlobHash,
  how: { readonly signal: AbortSignal; readonly onWaiting: () => void },
) => Promise<Uint8Array | undefined>

/** A message comes by a quicker way than its files, so what is not there is on its way from a device, and is asked for again. */
export function createBlobFetcher({ url, key, clock }: { url: string; key: string; clock: Clock }): FetchBlob {
  return async (hash, { signal, onWaiting }) => {
    const backoff = createBackoff({ random: () => clock.random(), mostMs: 5_000 })
    while (!signal.aborted) {
      const content = await requestBlob({ url, key }, hash, { signal, most: fileBytesLimit }).catch(() => undefined)
      if (content instanceof Uint8Array) return content
      if (signal.aborted) return undefined
      onWaiting()
      await wait(backoff.next(), undefined, { signal }).catch(() => undefined)
    }
    return undefined
  }
}
