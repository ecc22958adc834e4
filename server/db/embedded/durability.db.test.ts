import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { OwnerProcess } from '#test/fixtures/db-owner-process.ts'
import { startOwner } from '#test/fixtures/db-owner-process.ts'
import { openDatabase } from '../database.ts'

const CYCLES = 8
const VICTIMS = ['server', 'postmaster', 'both', 'a backend'] as const

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'drover-kill-'))
  chmodSync(dataDir, 0o711)
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

test(
  'kill -9 of the server, of PostgreSQL, or of both loses nothing that was acknowledged',
  { timeout: 120_000 },
  async () => {
    const seed = Number(process.env['DROVER_TEST_SEED'] ?? Date.now() % 1_000_000)
    console.log(`seed ${seed} (repeat with DROVER_TEST_SEED=${seed})`)
    const random = mulberry32(seed)
    const acknowledged: number[] = []

    for (let cycle = 0; cycle < CYCLES; cycle += 1) {
      const owner = startOwner(dataDir, 'insert')
      const postmaster = Number((await owner.line('open')).split(' ')[1])
      await acks(owner, 1 + Math.floor(random() * 60))
      const victim = VICTIMS[Math.floor(random() * VICTIMS.length)] ?? 'both'
      if (victim === 'both') owner.process.kill('SIGKILL')
      if (victim === 'postmaster' || victim === 'both') process.kill(postmaster, 'SIGKILL')
      if (victim === 'a backend') killClientBackend(postmaster)
      if (victim === 'postmaster' || victim === 'a backend')
        await acks(owner, 5 + owner.lines.filter((line) => line.startsWith('ack')).length)
      await owner.end('SIGKILL')
      acknowledged.push(...acknowledgedBy(owner))
    }

    const db = await openDatabase({ kind: 'embedded', dataDir })
    const rows = await db.query<{ n: number }>('select n from acknowledged order by n')
    await db.close()
    const kept = new Set(rows.map(({ n }) => n))
    expect(acknowledged.filter((n) => !kept.has(n))).toEqual([])
    expect(acknowledged.length).toBeGreaterThan(CYCLES)
  },
)

/** Waits until the owner has said `ack` so often in its life. */
async function acks(owner: OwnerProcess, count: number): Promise<void> {
  while (acknowledgedBy(owner).length < count) await owner.line('ack')
}

function acknowledgedBy(owner: OwnerProcess): number[] {
  return owner.lines.filter((line) => line.startsWith('ack ')).map((line) => Number(line.slice(4)))
}

/** The newest child is the connection's; where there is no /proc, the postmaster stands in. */
function killClientBackend(postmaster: number): void {
  let children: number[] = []
  try {
    children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8').trim().split(' ').map(Number)
  } catch {
    // not Linux
  }
  process.kill(children.at(-1) ?? postmaster, 'SIGKILL')
}

/** https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
