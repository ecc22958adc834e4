import { z } from 'zod'
import { partsOf } from '#shared/domain/bounded-text.ts'
import { TranscriptChunk, type TranscriptEntry } from '#shared/domain/transcript.ts'
import type { BlobHash, RunId } from '#shared/ids.ts'
import { runSpace } from '#shared/protocol/sync.ts'
import { refusal } from '#shared/refusal.ts'
import type { SpaceStore } from '#sync/server/space-store.ts'
import type { BlobStore } from '../db/blob-store.ts'
import type { JobStore } from '../db/job-store.ts'
import { blobHeaders } from '../routes/blob-headers.ts'

export const noOutput = refusal(
  'not_found',
  'There is no whole output here: it is short and stands in the transcript, or it was not kept.',
)

const Place = z.coerce
  .number()
  .int()
  .positive()
  .max(2 ** 31 - 1)

/** @param n the entry's number, as it stood in an address. @returns `undefined` where there is none. */
export async function readEntry(
  { store, jobs }: { readonly store: SpaceStore; readonly jobs: Pick<JobStore, 'chunkWith'> },
  runId: RunId,
  n: string | undefined,
): Promise<TranscriptEntry | undefined> {
  const place = Place.safeParse(n)
  const key = place.success ? await jobs.chunkWith(runSpace(runId), place.data) : undefined
  if (key === undefined) return undefined
  const { rows } = await store.read(runSpace(runId), [key])
  return TranscriptChunk.safeParse(rows[0]?.value).data?.entries.find((entry) => entry.n === place.data)
}

/** All that an entry printed or said, as a file. One part of it is in memory at a time. @returns `undefined` where it is not all here. */
export async function wholeOutput(
  blobs: BlobStore,
  teamId: string,
  entry: TranscriptEntry | undefined,
): Promise<Response | undefined> {
  if (entry === undefined) return undefined
  const { body, n } = entry
  const text = 'output' in body ? body.output : 'text' in body && typeof body.text === 'object' ? body.text : undefined
  const parts = text === undefined ? [] : partsOf(text)
  if (parts.length === 0) return undefined
  const sizes = await blobs.sizes(teamId, parts)
  if (!parts.every((hash) => sizes.has(hash))) return undefined
  const bytes = parts.reduce((sum, hash) => sum + (sizes.get(hash) ?? 0), 0)
  return new Response(stream(blobs, teamId, parts), {
    headers: {
      ...blobHeaders,
      'content-disposition': `attachment; filename="output-${n}.txt"`,
      'content-length': String(bytes),
      'cache-control': 'no-store',
    },
  })
}

/** Read as fast as it is taken. A part that is gone meanwhile breaks the answer off, so that nobody takes it for all. */
function stream(blobs: BlobStore, teamId: string, parts: readonly BlobHash[]): ReadableStream<Uint8Array> {
  const left = [...parts]
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const hash = left.shift()
        if (hash === undefined) return controller.close()
        const part = await blobs.get(teamId, hash)
        if (part === undefined) throw new Error(`The content ${hash} is gone.`)
        controller.enqueue(new Uint8Array(part.buffer as ArrayBuffer, part.byteOffset, part.byteLength))
      },
    },
    { highWaterMark: 0 },
  )
}
