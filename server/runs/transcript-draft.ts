import { assert } from '#shared/assert.ts'
import { TranscriptChunk, chunkEntries, chunkUnits, type TranscriptEntry } from '#shared/domain/transcript.ts'
import { keys, chunkNumber } from '#sync/core/keys.ts'

/**
 * The chunks of one run's transcript as its server process has them: the last one and those that changed. Entries come
 * in the order of `n`; one that comes again replaces itself where it stands.
 */
export type TranscriptDraft = {
  put(entry: TranscriptEntry): Promise<void>
  find(n: number): Promise<TranscriptEntry | undefined>
  /** Chunks to write; they count as written once `settle` is called. */
  dirty(): readonly (readonly [key: string, chunk: TranscriptChunk])[]
  settle(): void
  /** The greatest `n`. */
  last(): number
}

type Loaded = { chunk: TranscriptChunk; units: number; sizes: Map<number, number> }

export type ChunkIndex = readonly { readonly key: string; readonly first: number }[]

/** Chunks kept in memory beside the dirty ones. */
const keptChunks = 4

export function createTranscriptDraft(
  index: ChunkIndex,
  load: (key: string) => Promise<TranscriptChunk | undefined>,
): TranscriptDraft {
  const firsts = index.map((one) => ({ number: chunkNumber(one.key), first: one.first }))
  const loaded = new Map<number, Loaded>()
  const changed = new Set<number>()
  let last: number | undefined

  async function open(number: number): Promise<Loaded> {
    const known = loaded.get(number)
    if (known !== undefined) return known
    const chunk = await load(keys.chunk(number))
    assert(chunk !== undefined, `chunk ${number} is in the index and must exist`)
    const sizes = new Map(chunk.entries.map((entry) => [entry.n, sizeOf(entry)]))
    const fresh = { chunk, sizes, units: [...sizes.values()].reduce((sum, size) => sum + size, 0) }
    loaded.set(number, fresh)
    return fresh
  }

  /** The chunk that holds, or would hold, entry `n`. */
  function place(n: number): number | undefined {
    let low = 0
    let high = firsts.length
    while (low < high) {
      const middle = (low + high) >> 1
      const first = firsts[middle]?.first ?? 0
      if (first <= n) low = middle + 1
      else high = middle
    }
    return firsts[Math.max(0, low - 1)]?.number
  }

  function startChunk(entry: TranscriptEntry): void {
    const number = (firsts.at(-1)?.number ?? 0) + 1
    const size = sizeOf(entry)
    firsts.push({ number, first: entry.n })
    loaded.set(number, {
      chunk: { first: entry.n, last: entry.n, entries: [entry] },
      units: size,
      sizes: new Map([[entry.n, size]]),
    })
    changed.add(number)
  }

  function trim(): void {
    for (const number of loaded.keys()) {
      if (loaded.size <= keptChunks) return
      if (!changed.has(number) && number !== firsts.at(-1)?.number) loaded.delete(number)
    }
  }

  return {
    async put(entry) {
      last ??= await lastOf()
      const number = place(entry.n)
      if (number === undefined) {
        startChunk(entry)
        last = Math.max(last, entry.n)
        return
      }
      const open_ = await open(number)
      const { chunk } = open_
      const size = sizeOf(entry)
      const isLastChunk = number === firsts.at(-1)?.number
      const isNew = !open_.sizes.has(entry.n)
      const isFull = chunk.entries.length >= chunkEntries || open_.units + size > chunkUnits
      if (isNew && isLastChunk && isFull && entry.n > chunk.last) startChunk(entry)
      else {
        const entries = isNew
          ? [...chunk.entries, entry].sort((a, b) => a.n - b.n)
          : chunk.entries.map((known) => (known.n === entry.n ? entry : known))
        open_.units += size - (open_.sizes.get(entry.n) ?? 0)
        open_.sizes.set(entry.n, size)
        open_.chunk = { first: Math.min(chunk.first, entry.n), last: Math.max(chunk.last, entry.n), entries }
        changed.add(number)
      }
      last = Math.max(last, entry.n)
    },
    async find(n) {
      const number = place(n)
      if (number === undefined) return undefined
      return (await open(number)).chunk.entries.find((entry) => entry.n === n)
    },
    dirty: () =>
      [...changed].map((number) => {
        const chunk = loaded.get(number)?.chunk
        assert(chunk !== undefined, 'a changed chunk is loaded')
        return [keys.chunk(number), chunk] as const
      }),
    settle() {
      changed.clear()
      trim()
    },
    last: () => last ?? firsts.at(-1)?.first ?? 0,
  }

  async function lastOf(): Promise<number> {
    const tail = firsts.at(-1)
    return tail === undefined ? 0 : (await open(tail.number)).chunk.last
  }
}

function sizeOf(entry: TranscriptEntry): number {
  return JSON.stringify(entry).length
}
