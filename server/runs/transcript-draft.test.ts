import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { boundedText } from '#shared/domain/bounded-text.ts'
import { chunkEntries, chunkUnits, type TranscriptChunk, type TranscriptEntry } from '#shared/domain/transcript.ts'
import { EntryId } from '#shared/ids.ts'
import { createTranscriptDraft } from './transcript-draft.ts'

const entry = (n: number, text: string): TranscriptEntry => ({
  id: EntryId.parse(`e${n}`),
  n,
  at: 0,
  turn: 1,
  body: { kind: 'message', text: boundedText(text), done: true },
})

/** Writes entries as a server does: in batches, now and then starting anew from what is stored. */
async function write(
  batches: readonly { entries: readonly TranscriptEntry[]; restart: boolean }[],
): Promise<Map<string, TranscriptChunk>> {
  const stored = new Map<string, TranscriptChunk>()
  const open = () =>
    createTranscriptDraft(
      [...stored].map(([key, chunk]) => ({ key, first: chunk.first })).sort((a, b) => a.first - b.first),
      async (key) => stored.get(key),
    )
  let draft = open()
  for (const { entries, restart } of batches) {
    if (restart) draft = open()
    for (const one of entries) await draft.put(one)
    for (const [key, chunk] of draft.dirty()) stored.set(key, chunk)
    draft.settle()
  }
  return stored
}

describe('the chunks of a transcript', () => {
  test('hold every entry once, in order, as it was written last, within their bounds', async () => {
    const batch = fc.record({
      count: fc.nat(30),
      again: fc.array(fc.nat(200), { maxLength: 4 }),
      size: fc.constantFrom(10, 400, 5000),
      restart: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 12 }), async (plan) => {
        let last = 0
        const expected = new Map<number, string>()
        const batches = plan.map(({ count, again, size, restart }, i) => {
          const entries: TranscriptEntry[] = []
          for (let k = 0; k < count; k++) entries.push(entry(++last, `${i}`.repeat(size)))
          for (const n of again) if (last > 0) entries.push(entry((n % last) + 1, `again ${i}`))
          for (const one of entries) expected.set(one.n, JSON.stringify(one))
          return { entries, restart }
        })
        const stored = await write(batches)
        const chunks = [...stored].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, chunk]) => chunk)
        expect(chunks.flatMap((chunk) => chunk.entries.map((one) => one.n))).toEqual(
          Array.from({ length: last }, (_, n) => n + 1),
        )
        for (const chunk of chunks) {
          expect([chunk.first, chunk.last]).toEqual([chunk.entries[0]?.n, chunk.entries.at(-1)?.n])
          expect(chunk.entries.length).toBeLessThanOrEqual(chunkEntries)
          for (const one of chunk.entries) expect(JSON.stringify(one)).toBe(expected.get(one.n))
        }
      }),
      { numRuns: 60 },
    )
  })

  test('an entry that is too large for the rest of a chunk starts the next one', async () => {
    const stored = await write([
      { entries: [entry(1, 'x'.repeat(10_000)), entry(2, 'y'.repeat(10_000))], restart: false },
    ])
    expect([...stored.keys()]).toEqual(['chunk/0000001', 'chunk/0000002'])
    expect(JSON.stringify(stored.get('chunk/0000001')).length).toBeLessThan(chunkUnits)
  })
})
