import { createHash } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { emptyText, textPartBytes } from '#shared/domain/bounded-text.ts'
import { BlobHash, EntryId } from '#shared/ids.ts'
import { systemClock } from '../clock.ts'
import { noHiding } from '../secrets/hiding.ts'
import { createGrowingEntry } from './growing-entry.ts'
import { openJournal } from './journal.ts'
import { openJournalFile } from './journal-file.ts'
import { uploadSpool } from './recover.ts'

test('what a killed runner had of a long output is handed in in parts by the next one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'drover-recover-'))
  const spool = join(folder, 'spool')
  const open = async () =>
    openJournal({ file: await openJournalFile(join(folder, 'journal.ndjson')), clock: systemClock })
  try {
    const killed = await open()
    const id = EntryId.parse('entry-1')
    const entry = createGrowingEntry({
      journal: killed,
      clock: systemClock,
      blobs: { put: async () => undefined, close: () => undefined },
      spoolFolder: spool,
      outputBytes: 2 * textPartBytes,
      place: { id, n: 1, at: 0, turn: 1 },
      body: { kind: 'step', title: 'Build', status: 'in_progress', output: emptyText, startedAt: 0 },
      hiding: noHiding,
      onLost: () => undefined,
    })
    const printed = 'a line of a long build\n'.repeat(800_000)
    entry.append(printed)
    entry.change({ status: 'in_progress' })
    await killed.close()

    const parts: Buffer[] = []
    const next = await open()
    await uploadSpool(
      next,
      { spool },
      {
        put: async (content) => {
          if (content instanceof Uint8Array) return undefined
          const from = content.from ?? 0
          const part = (await readFile(content.file)).subarray(from, from + (content.bytes ?? Infinity))
          parts.push(part)
          return BlobHash.parse(createHash('sha256').update(part).digest('hex'))
        },
        close: () => undefined,
      },
    )
    expect(parts).toHaveLength(2)
    expect(Buffer.concat(parts).toString()).toBe(printed)
    const [told] = await next.read(next.memory().lastSeq - 1, { events: 1, bytes: 1_000_000 })
    expect(JSON.parse(told ?? '')).toMatchObject({
      body: { entry: { body: { output: { parts: [expect.any(String), expect.any(String)] } } } },
    })
    expect(await readdir(spool)).toEqual([])
    await next.close()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
