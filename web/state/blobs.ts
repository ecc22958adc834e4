import { blobPath, outputPath } from '#shared/protocol/blobs.ts'

/** Large texts by their hash. */
export type Blobs = {
  /** Where the browser gets it, to be saved. */
  readonly url: (hash: string) => string
  /** Where the browser gets all that an entry of this run printed, to be saved. */
  readonly output: (runId: string, n: number) => string
  /** Throws when it is neither kept here nor to be had from the server. */
  readonly text: (hash: string) => Promise<string>
  /** Of a picture. Throws as `text` does. */
  readonly bytes: (hash: string) => Promise<ArrayBuffer>
}

const cacheName = 'drover-blobs-1'
/** Blobs kept; the oldest go first. */
const kept = 300
/** A text longer than this is not drawn in the app. */
const textLimit = 20_000_000

/** Those of one's team. They never change, so what was read once is kept on the device and stays readable offline. */
export const teamBlobs: Blobs = {
  url: blobPath,
  output: (runId, n) => outputPath(`/api/v1/runs/${encodeURIComponent(runId)}`, n),
  async text(hash) {
    const url = blobPath(hash)
    const cache = await openCache()
    // A run that is kept offline has its texts in a cache of its own.
    const found = cache === undefined ? undefined : await caches.match(url)
    if (found !== undefined) return found.text()
    const text = await fetchText(hash, url)
    if (cache !== undefined) await keep(cache, url, text)
    return text
  },
  async bytes(hash) {
    const url = blobPath(hash)
    const cache = await openCache()
    const found = cache === undefined ? undefined : await caches.match(url)
    if (found !== undefined) return found.arrayBuffer()
    const content = await (await fetchBlob(hash, url)).arrayBuffer()
    if (cache !== undefined) await keep(cache, url, content.slice(0))
    return content
  },
}

/** Those of a run that is shared by link: nothing is kept, so that the end of sharing is the end. */
export function guestBlobs(address: string): Blobs {
  const url = (hash: string): string => `${address}/blobs/${encodeURIComponent(hash)}`
  return {
    url,
    output: (_runId, n) => outputPath(address, n),
    text: (hash) => fetchText(hash, url(hash)),
    bytes: async (hash) => (await fetchBlob(hash, url(hash))).arrayBuffer(),
  }
}

async function fetchText(hash: string, url: string): Promise<string> {
  return (await fetchBlob(hash, url)).text()
}

async function fetchBlob(hash: string, url: string): Promise<Response> {
  const response = await fetch(url, { credentials: 'same-origin' })
  if (!response.ok) throw new Error(`blob ${hash}: ${response.status}`)
  if (Number(response.headers.get('content-length') ?? 0) > textLimit)
    throw new Error(`blob ${hash} is too large to show`)
  return response
}

async function keep(cache: Cache, url: string, content: string | ArrayBuffer): Promise<void> {
  try {
    await cache.put(url, new Response(content, { headers: { 'content-type': 'text/plain; charset=utf-8' } }))
    const requests = await cache.keys()
    for (const request of requests.slice(0, Math.max(0, requests.length - kept))) await cache.delete(request)
  } catch {
    // A full disk: it is shown all the same, only not kept.
  }
}

async function openCache(): Promise<Cache | undefined> {
  try {
    return typeof caches === 'undefined' ? undefined : await caches.open(cacheName)
  } catch {
    return undefined
  }
}
