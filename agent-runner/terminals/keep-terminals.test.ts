import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { RunTerminal } from '#shared/domain/terminal.ts'
import { BlobHash, TerminalId, UserId } from '#shared/ids.ts'
import { systemClock } from '../clock.ts'
import type { BlobStore } from '../link/blob-store.ts'
import { openJournalFile } from '../run/journal-file.ts'
import { openJournal, type Journal } from '../run/journal.ts'
import { createTerminalKeeping, restTerminals } from './keep-terminals.ts'

const blob = BlobHash.parse('ab'.repeat(32))
const row: RunTerminal = {
  id: TerminalId.parse('0190a000-0000-7000-8000-0000000000af'),
  owner: { kind: 'person', userId: UserId.parse('ana') },
  title: 'Shell of Ana',
  size: { cols: 80, rows: 24 },
  startedAt: 1,
  tail: 'the end',
  length: 7,
}
let root: string
let folder: string
let journal: Journal
let uploaded: string[]
const blobs: BlobStore = {
  put: async (content) => {
    uploaded.push('file' in content ? await readFile(content.file, 'utf8') : Buffer.from(content).toString())
    return blob
  },
  close: () => {},
}
const open = async (): Promise<Journal> =>
  openJournal({ file: await openJournalFile(join(root, 'journal.ndjson')), clock: systemClock })

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'drover-keep-terminals-'))
  folder = join(root, 'terminals')
  await mkdir(folder)
  uploaded = []
  journal = await open()
})
afterEach(async () => {
  await journal.close()
  await rm(root, { recursive: true, force: true })
})

test('a terminal of a runner that was killed has ended, and keeps what it had printed', async () => {
  const { tell } = createTerminalKeeping({ journal, blobs, folder, onLost: () => {} })
  tell(row)
  tell({ ...row, tail: 'x'.repeat(10), length: 90_000 })
  await journal.committed()
  await journal.close()
  await writeFile(join(folder, row.id), 'all that it printed')
  await writeFile(join(folder, 'left-behind'), 'of nothing that is known')

  journal = await open()
  expect(journal.memory().terminalCount).toBe(1)
  await restTerminals({ journal, blobs, folder }, 5)
  const [last] = (await journal.read(0, { events: 10, bytes: 1e6 })).map((text) => JSON.parse(text)).slice(-1)
  expect(last.body.terminal).toMatchObject({
    end: { why: 'runner_restarted', at: 5 },
    length: 90_000,
    log: { blob, from: 0 },
  })
  expect(uploaded).toEqual(['all that it printed'])
  expect(await readdir(folder)).toEqual([])
  expect(journal.memory().terminals).toEqual({})
})

test('of one that printed much the whole is uploaded; of one that printed too much, its end', async () => {
  const lost: unknown[] = []
  const { keep } = createTerminalKeeping({ journal, blobs, folder, onLost: (error) => lost.push(error) })
  const ended = { ...row, end: { why: 'exited' as const, at: 2 } }
  const file = join(folder, row.id)
  await writeFile(file, 'the whole')
  const log = async (): Promise<unknown> => {
    const events = (await journal.read(0, { events: 10, bytes: 1e6 })).map((text) => JSON.parse(text))
    return events.at(-1)?.body.terminal.log
  }
  keep({ ...ended, length: 100_000 }, { file, atHand: () => ({ from: 1, text: 'no' }) })
  await expect.poll(log).toEqual({ blob, from: 0 })
  keep({ ...ended, length: 9_000_000 }, { file: undefined, atHand: () => ({ from: 8_744_000, text: 'its end' }) })
  await expect.poll(log).toEqual({ blob, from: 8_744_000 })
  expect(uploaded).toEqual(['the whole', 'its end'])
  expect(lost).toEqual([])
})
