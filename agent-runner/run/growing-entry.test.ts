import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { emptyText } from '#shared/domain/bounded-text.ts'
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

function grow(put: BlobStore['put'], spoolFolder = join(folder, 'spool')): GrowingEntry {
  return createGrowingEntry({
    journal,
    clock: systemClock,
    blobs: { put, close: () => {} },
    spoolFolder,
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
  const entry = grow(async () => undefined, inTheWay)
  entry.append(long)
  await entry.finish({ done: true }).stored
  expect(entry.body()).toMatchObject({ done: true, text: { length: long.length, head: long.slice(0, 6000) } })
  expect(lost.join(' ')).toContain(`${long.length} bytes of a long output could not be kept`)
})
