import { createHash } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { emptyText, maxTextBytes, partsOf, textPartBytes, type BoundedText } from '#shared/domain/bounded-text.ts'
import { BlobHash, EntryId } from '#shared/ids.ts'
import { systemClock } from '../clock.ts'
import type { BlobStore } from '../link/blob-store.ts'
import { noHiding } from '../secrets/hiding.ts'
import { createGrowingEntry, type GrowingEntry } from './growing-entry.ts'
import { openJournal, type Journal } from './journal.ts'
import { openJournalFile } from './journal-file.ts'

let folder: string
let journal: Journal
let lost: string[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-entry-'))
  journal = await openJournal({ file: await openJournalFile(join(folder, 'journal.ndjson')), clock: systemClock })
  lost = []
})
afterEach(async () => {
  await journal.close()
  await rm(folder, { recursive: true, force: true })
})

function grow(
  put: BlobStore['put'],
  { spoolFolder = join(folder, 'spool'), outputBytes = 1_000_000 }: { spoolFolder?: string; outputBytes?: number } = {},
): GrowingEntry {
  return createGrowingEntry({
    journal,
    clock: systemClock,
    blobs: { put, close: () => {} },
    spoolFolder,
    outputBytes,
    place: { id: EntryId.parse('entry-1'), n: 1, at: 0, turn: 1 },
    body: { kind: 'message', text: emptyText, done: false },
    hiding: noHiding,
    onLost: (sentence) => lost.push(sentence),
  })
}

const long = 'so much to say '.repeat(4000)

test('an upload that ends after its run was closed is heard by nobody, and harms nobody', async () => {
  const uploaded = Promise.withResolvers<BlobHash | undefined>()
  const entry = grow(() => uploaded.promise)
  entry.append(long)
  const { stored } = entry.finish({ done: true })
  await journal.close()
  uploaded.resolve(BlobHash.parse('0'.repeat(64)))
  await expect(stored).resolves.toBeUndefined()
})

test('where no file can be made for a long text, its start and end are kept and the loss is told', async () => {
  const inTheWay = join(folder, 'spool')
  await writeFile(inTheWay, 'a file where the folder should be')
  const entry = grow(async () => undefined, { spoolFolder: inTheWay })
  entry.append(long)
  await entry.finish({ done: true }).stored
  expect(entry.body()).toMatchObject({ done: true, text: { length: long.length, head: long.slice(0, 6000) } })
  expect(lost.join(' ')).toContain(`${long.length} bytes of a long output could not be kept`)
})

/** Keeps what is handed in, by its hash. */
function keeping(): { put: BlobStore['put']; content: Map<string, Buffer> } {
  const content = new Map<string, Buffer>()
  return {
    content,
    put: async (given) => {
      if (given instanceof Uint8Array) throw new Error('A long text is handed in as a file.')
      const whole = await readFile(given.file)
      const piece = whole.subarray(given.from ?? 0, (given.from ?? 0) + (given.bytes ?? whole.byteLength))
      const hash = BlobHash.parse(createHash('sha256').update(piece).digest('hex'))
      content.set(hash, piece)
      return hash
    },
  }
}

function textOf(entry: GrowingEntry): BoundedText {
  const body = entry.body()
  return body.kind === 'message' ? body.text : emptyText
}

test('a text that no single content can hold is stored in parts that join to all of it', async () => {
  const { put, content } = keeping()
  const entry = grow(put, { outputBytes: maxTextBytes })
  const line = 'ein Wort – und ein Zeichen aus zweien 🙂\n'
  const piece = line.repeat(20_000)
  const pieces = Math.ceil((2 * textPartBytes) / Buffer.byteLength(piece)) + 1
  for (let count = 0; count < pieces; count++) entry.append(piece)
  const { stored } = entry.finish({ done: true })
  await stored
  const text = textOf(entry)
  expect(text.blob).toBeUndefined()
  expect(text.parts).toHaveLength(3)
  const whole = Buffer.concat(partsOf(text).map((hash) => content.get(hash) ?? Buffer.alloc(0)))
  expect(whole.equals(Buffer.from(piece.repeat(pieces)))).toBe(true)
  expect(lost).toEqual([])
  expect(await readdir(join(folder, 'spool'))).toEqual([])
})

test('what is beyond the setting is told with its name, and the start is kept as far as it goes', async () => {
  const { put, content } = keeping()
  const entry = grow(put, { outputBytes: 1024 ** 2 })
  for (let count = 0; count < 40; count++) entry.append(long)
  await entry.finish({ done: true }).stored
  const kept = content.get(textOf(entry).blob ?? '')?.toString() ?? ''
  expect(long.repeat(40).startsWith(kept)).toBe(true)
  expect(kept.length).toBeGreaterThan(900_000)
  expect(kept.length).toBeLessThanOrEqual(1024 ** 2)
  const missing = long.length * 40 - kept.length
  expect(lost.join(' ')).toContain('up to 1 MB (DROVER_RUNNER_OUTPUT)')
  expect(lost.join(' ')).toContain(`${missing} bytes`)
})
