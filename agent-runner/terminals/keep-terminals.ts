import { readdir, rm } from 'node:fs/promises'
import { terminalLimits, type RunTerminal } from '#shared/domain/terminal.ts'
import type { TerminalId } from '#shared/ids.ts'
import type { BlobStore } from '../link/blob-store.ts'
import type { Journal } from '../run/journal.ts'
import { terminalLogPath } from './terminal-log.ts'
import type { TerminalDeps } from './terminal.ts'

/** What is kept of a run's terminals: rows by way of its journal, whole outputs as blobs. */
export function createTerminalKeeping({
  journal,
  blobs,
  folder,
  onLost,
}: {
  journal: Journal
  blobs: BlobStore
  folder: string
  onLost: (error: unknown) => void
}): Pick<TerminalDeps, 'tell' | 'keep'> {
  const tell = (terminal: RunTerminal): void => void journal.append({ type: 'terminal', terminal })

  async function upload(row: RunTerminal, { file, atHand }: Parameters<TerminalDeps['keep']>[1]): Promise<void> {
    // All of it stands in the row.
    if (row.length > terminalLimits.tailUnits) {
      const rest = file === undefined ? atHand() : undefined
      const blob = await blobs.put(file === undefined ? Buffer.from(rest?.text ?? '') : { file })
      if (blob !== undefined) tell({ ...row, log: { blob, from: rest?.from ?? 0 } })
      await journal.committed()
    }
    await rm(terminalLogPath(folder, row.id), { force: true })
  }

  return { tell, keep: (row, whole) => void upload(row, whole).catch(onLost) }
}

/** Terminals of a runner that was killed have ended, and what they had printed is kept. */
export async function restTerminals(
  { journal, blobs, folder }: { journal: Journal; blobs: BlobStore; folder: string },
  now: number,
): Promise<void> {
  for (const known of Object.values(journal.memory().terminals))
    if (known.end === undefined)
      journal.append({ type: 'terminal', terminal: { ...known, end: { why: 'runner_restarted', at: now } } })
  const left = Object.values(journal.memory().terminals)
  const files = new Set<string>(await readdir(folder).catch(() => []))
  for (const row of left)
    if (files.has(row.id)) await uploadLeft(row, { journal, blobs, file: terminalLogPath(folder, row.id) })
  await journal.committed()
  for (const name of files) await rm(terminalLogPath(folder, name as TerminalId), { force: true })
}

async function uploadLeft(
  row: RunTerminal,
  { journal, blobs, file }: { journal: Journal; blobs: BlobStore; file: string },
): Promise<void> {
  const blob = await blobs.put({ file })
  if (blob !== undefined) journal.append({ type: 'terminal', terminal: { ...row, log: { blob, from: 0 } } })
}
