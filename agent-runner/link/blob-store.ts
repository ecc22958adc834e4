import { createHash } from 'node:crypto'
import { access, stat } from 'node:fs/promises'
import { BlobHash } from '#shared/ids.ts'
import { messageOf, type Log } from '../log.ts'
import { createBackoff } from './backoff.ts'
import { readPieces } from './read-pieces.ts'
import { requestBlob } from './request-blob.ts'
import type { Clock } from '../clock.ts'

/** The largest content the server takes in one piece. */
export const maxBlobBytes = 64_000_000

/** A file, or the piece of it that begins at `from`; its bytes are read as they are sent. The file may not change meanwhile. */
export type FilePiece = { file: string; from?: number; bytes?: number }

/**
 * Content by its SHA-256, kept by the server: `PUT /api/runner/blobs/<sha256>`, the body raw. Uploading the same
 * content again changes nothing.
 */
export interface BlobStore {
  /** @returns the hash once the server has the content, `undefined` when it can't be stored (too large, refused, closed). */
  put(content: Uint8Array | FilePiece): Promise<BlobHash | undefined>
  close(): void
}

/** The other way: what a runner, perhaps another one, has handed in. */
export interface BlobSource {
  /** @throws when the server does not have it, or can't be reached for a while. */
  get(hash: BlobHash): Promise<Uint8Array>
}

export interface BlobStoreDeps {
  /** Of the server, without a slash at the end. */
  url: string
  key: string
  clock: Clock
  log: Log
}

const knownLimit = 10_000
const atOnce = 4
/** From this size on it is asked whether the server has a content already. */
const askedFirstBytes = 500_000
const getAttempts = 6
/** What waits behind those that are under way. Beyond it a content is given up, so that a server that is away fills no memory. */
const waitingLimit = 2000
const waitingBytes = 128_000_000

export function createBlobStore({ url, key, clock, log }: BlobStoreDeps): BlobStore & BlobSource {
  const closing = new AbortController()
  const known = new Set<string>()
  let running = 0
  const waiting: (() => void)[] = []
  /** Of contents in memory; a file that waits takes none. */
  let heldBytes = 0

  async function put(given: Uint8Array | FilePiece): Promise<BlobHash | undefined> {
    const content = given instanceof Uint8Array ? given : await measure(given)
    const hash = await hashOf(content)
    if (known.has(hash)) return hash
    const size = content instanceof Uint8Array ? content.byteLength : content.bytes
    if (size > maxBlobBytes) return undefined
    const held = content instanceof Uint8Array ? size : 0
    if (running >= atOnce && (waiting.length >= waitingLimit || heldBytes + held > waitingBytes)) {
      log.warn({ hash, size }, 'Too many outputs wait for the server, so one is not kept whole.')
      return undefined
    }
    heldBytes += held
    try {
      while (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve))
      running += 1
      try {
        return await upload(hash, content, size)
      } finally {
        running -= 1
        waiting.shift()?.()
      }
    } finally {
      heldBytes -= held
    }
  }

  async function upload(
    hash: BlobHash,
    content: Uint8Array | Required<FilePiece>,
    size: number,
  ): Promise<BlobHash | undefined> {
    const backoff = createBackoff({ random: () => clock.random() })
    while (!closing.signal.aborted) {
      // A file that is gone will not come back, so this is no failure to wait out.
      if (!(content instanceof Uint8Array)) await access(content.file)
      try {
        if (size >= askedFirstBytes && (await isThere(hash))) return hash
        const answer = await fetch(`${url}/api/runner/blobs/${hash}`, {
          method: 'PUT',
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/octet-stream' },
          // Without a length nothing in between could say how far it is; the server counts.
          ...(content instanceof Uint8Array
            ? { body: Uint8Array.from(content) }
            : { body: ReadableStream.from(readPieces(content, slotsOnTheWay)), duplex: 'half' }),
          signal: AbortSignal.any([closing.signal, AbortSignal.timeout(60_000)]),
        })
        await answer.body?.cancel()
        if (answer.ok) {
          if (known.size >= knownLimit) known.clear()
          known.add(hash)
          return hash
        }
        if (answer.status < 500 && ![401, 403, 408, 429].includes(answer.status)) {
          log.warn(
            { hash, status: answer.status },
            'The server refused a stored output; the transcript keeps its start and end.',
          )
          return undefined
        }
      } catch (error) {
        if (closing.signal.aborted) return undefined
        log.info({ hash, error: messageOf(error) }, 'A stored output could not be uploaded yet.')
      }
      await backoff.wait(closing.signal)
    }
    return undefined
  }

  /** What was handed in before a break is not sent again. */
  async function isThere(hash: BlobHash): Promise<boolean> {
    const answer = await fetch(`${url}/api/runner/blobs/${hash}`, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${key}` },
      signal: AbortSignal.any([closing.signal, AbortSignal.timeout(20_000)]),
    })
    return answer.status === 200
  }

  async function get(hash: BlobHash): Promise<Uint8Array> {
    const backoff = createBackoff({ random: () => clock.random() })
    let last = ''
    for (let attempt = 0; attempt < getAttempts && !closing.signal.aborted; attempt++) {
      if (attempt > 0) await backoff.wait(closing.signal)
      try {
        const got = await requestBlob({ url, key }, hash, { signal: closing.signal, most: maxBlobBytes })
        if (got instanceof Uint8Array) return got
        last = `the server answered ${got}`
        if (got === 404) break
      } catch (error) {
        last = messageOf(error)
      }
    }
    throw new Error(`The content ${hash.slice(0, 12)}… could not be fetched: ${last}.`)
  }

  return { put, get, close: () => closing.abort() }
}

/** As it is sent: the connection holds back what is more than it can take, so a few pieces are on their way at once; the server compares the hash. */
const slotsOnTheWay = 32

async function hashOf(content: Uint8Array | Required<FilePiece>): Promise<BlobHash> {
  const hash = createHash('sha256')
  if (content instanceof Uint8Array) hash.update(content)
  else for await (const piece of readPieces(content, 1)) hash.update(piece)
  return BlobHash.parse(hash.digest('hex'))
}

async function measure({ file, from = 0, bytes }: FilePiece): Promise<Required<FilePiece>> {
  return { file, from, bytes: bytes ?? Math.max(0, (await stat(file)).size - from) }
}
