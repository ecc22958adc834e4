import type { Json } from '#shared/json.ts'
import { SyncCookie } from '#shared/protocol/sync.ts'
import { chunkNumber, keys } from '#sync/core/keys.ts'
import { getRow, type ReadTransaction } from '#sync/core/transaction.ts'
import type { Row } from './space-cache.ts'

/** Chunks of a transcript that this device has: numbers, both included. There is none between them that it has not. */
export type ChunksHere = { readonly first: number; readonly last: number }

/** `undefined`: there has been no answer of the server yet, or the transcript is empty. */
export async function chunksHere(tx: ReadTransaction): Promise<ChunksHere | undefined> {
  const cookie = await getRow(tx, keys.cookie, SyncCookie)
  if (cookie === undefined) return undefined
  const first = cookie.from === undefined ? 1 : chunkNumber(cookie.from)
  const has = async (number: number): Promise<boolean> => (await tx.get(keys.chunk(number))) !== undefined
  if (!(await has(first))) return undefined
  // By steps twice as long each, and then by halves: a transcript may have thousands.
  let step = 1
  while (await has(first + step)) step *= 2
  let [low, high] = [first + Math.floor(step / 2), first + step]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (await has(middle)) low = middle
    else high = middle
  }
  return { first, last: low }
}

export async function readChunks(tx: ReadTransaction, { first, last }: ChunksHere): Promise<Row[]> {
  const numbers = Array.from({ length: last - first + 1 }, (_, step) => keys.chunk(first + step))
  const values = await Promise.all(numbers.map((key) => tx.get(key)))
  return numbers.flatMap((key, at): [string, Json][] => {
    const value = values[at]
    return value === undefined ? [] : [[key, value]]
  })
}

/** All that this device has of a transcript. */
export async function allChunks(tx: ReadTransaction): Promise<Row[]> {
  const here = await chunksHere(tx)
  return here === undefined ? [] : readChunks(tx, here)
}
