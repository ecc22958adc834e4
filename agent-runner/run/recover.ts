import { readdir } from 'node:fs/promises'
import type { EntryBody } from '#shared/domain/transcript.ts'
import { refusal } from '#shared/refusal.ts'
import type { BlobStore } from '../link/blob-store.ts'
import type { Clock } from '../clock.ts'
import type { RunFolders } from './folders.ts'
import type { Journal } from './journal.ts'
import type { Receipts } from './receipts.ts'
import { growingText } from './run-memory.ts'
import { removeSpool, spoolPath } from './spool.ts'
import { storeText } from './store-text.ts'

/**
 * Brings a run to rest whose runner process was killed in the middle of it: closes what was open, withdraws its
 * questions, says of its deliveries that nobody knows whether they took effect, and ends the turn with a reason. Its processes are
 * gone by then.
 */
export async function restAfterRestart(
  { journal, receipts }: { journal: Journal; receipts: Receipts },
  clock: Clock,
): Promise<void> {
  const { open, openPermissions, receipts: untold, ended, turn } = journal.memory()
  for (const permissionId of openPermissions) journal.append({ type: 'permission_lapsed', permissionId })
  for (const entry of Object.values(open)) {
    journal.append({ type: 'entry', entry: { ...entry, body: closed(entry.body, clock.now()) } })
  }
  for (const { deliveryId, state } of Object.values(untold)) {
    if (state !== 'delivered') continue
    // What happens and its note are two steps, and the runner may have died between them.
    const why = 'the runner was restarted, and whether this took effect before is not known'
    await receipts.set(deliveryId, 'refused', refusal('run_ended', why))
  }
  if (!ended) {
    journal.append({
      type: 'state',
      event: 'error',
      turn: Math.max(1, turn),
      reason: {
        code: 'runner_restarted',
        text: 'The runner was restarted while this run was at work. Its workspace is kept.',
        retryable: true,
      },
    })
  }
  await journal.committed()
}

function closed(body: EntryBody, at: number): EntryBody {
  switch (body.kind) {
    case 'message':
      return { ...body, done: true }
    case 'thought':
      return body.done ? body : { ...body, done: true, endedAt: at }
    case 'tool':
    case 'step':
      return body.status === 'pending' || body.status === 'in_progress'
        ? { ...body, status: 'cancelled', endedAt: at }
        : body
    case 'permission':
      return body.outcome === undefined ? { ...body, outcome: { kind: 'lapsed', at } } : body
    default:
      return body
  }
}

/** Uploads the long texts that an earlier process left in the spool, and tells their entries where they are. */
export async function uploadSpool(
  journal: Journal,
  folders: Pick<RunFolders, 'spool'>,
  blobs: BlobStore,
): Promise<void> {
  const names = await readdir(folders.spool).catch(() => [])
  for (const entryId of names) {
    const entry = journal.memory().open[entryId]
    const text = entry === undefined ? undefined : growingText(entry.body)
    if (entry === undefined || text === undefined) {
      await removeSpool(folders.spool, entryId)
      continue
    }
    const stored = await storeText(blobs, spoolPath(folders.spool, entryId)).catch(() => undefined)
    if (stored === undefined) continue
    const field = entry.body.kind === 'tool' || entry.body.kind === 'step' ? 'output' : 'text'
    const body = { ...entry.body, [field]: { ...text, ...stored } }
    journal.append({ type: 'entry', entry: { ...entry, body } })
    await journal.committed()
    await removeSpool(folders.spool, entryId)
  }
}
