import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { HarnessId } from '#shared/domain/harness.ts'
import { PromptId, RunId } from '#shared/ids.ts'
import { maxFrameBytes, type RunEvent } from '#shared/protocol/run-event.ts'
import { systemClock } from '../clock.ts'
import { createSendWindow } from '../link/send-window.ts'
import { openJournal, type Journal } from './journal.ts'
import { openJournalFile, type JournalFile } from './journal-file.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-journal-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const runId = RunId.parse('01900000-0000-7000-8000-000000000001')
const assignment = {
  runId,
  turn: 1,
  title: 't',
  config: { harness: HarnessId.parse('runbook'), sandbox: 'direct' as const },
  prompt: { promptId: PromptId.parse('01900000-0000-7000-8000-000000000002'), text: 'x' },
}

const open = async (path: string): Promise<Journal> =>
  openJournal({ file: await openJournalFile(path), clock: systemClock })
const texts = (json: readonly string[]): RunEvent[] => json.map((text) => JSON.parse(text) as RunEvent)

/** The server's end: takes what comes next, drops repeats, tells of holes. */
function model() {
  const taken: string[] = []
  return {
    taken,
    take: (events: readonly RunEvent[]): 'ok' | 'hole' => {
      for (const event of events) {
        if (event.seq <= taken.length) continue
        if (event.seq !== taken.length + 1) return 'hole'
        taken.push(event.body.type === 'activity' ? event.body.text : '?')
      }
      return 'ok'
    },
  }
}

type Step =
  | { do: 'append'; size: number; count: number }
  | { do: 'commit' }
  | { do: 'send'; lose: boolean; lateAck: boolean }
  | { do: 'reconnect' }
  | { do: 'crash'; torn: number }
  | { do: 'askAgain'; back: number }

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('append' as const),
    size: fc.integer({ min: 1, max: 200 }),
    count: fc.integer({ min: 1, max: 40 }),
  }),
  fc.record({ do: fc.constant('commit' as const) }),
  fc.record({ do: fc.constant('send' as const), lose: fc.boolean(), lateAck: fc.boolean() }),
  fc.record({ do: fc.constant('reconnect' as const) }),
  fc.record({ do: fc.constant('crash' as const), torn: fc.integer({ min: 0, max: 300 }) }),
  fc.record({ do: fc.constant('askAgain' as const), back: fc.integer({ min: 0, max: 30 }) }),
)

describe('journal and resend', () => {
  test('random appends, crashes, torn writes, losses and resends: no event lost, doubled or reordered', async () => {
    let round = 0
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 60 }), async (script) => {
        const path = join(folder, `${round++}.ndjson`)
        let journal = await open(path)
        await journal.record({ k: 'assign', assignment })
        const server = model()
        /** What was appended, in order; after a crash only what reached the disk is promised. */
        let promised: string[] = []
        let late: number[] = []
        let outgoing: string[] = []
        let window = createSendWindow({ runId, journal, send: (frame) => outgoing.push(frame) })
        let made = 0

        const pump = async (lose: boolean, lateAck: boolean): Promise<void> => {
          outgoing = []
          await journal.committed()
          while (await window.sendFrame());
          if (lose) return
          for (const frame of outgoing) {
            expect(Buffer.byteLength(frame)).toBeLessThanOrEqual(maxFrameBytes)
            const { events } = JSON.parse(frame) as { events: RunEvent[] }
            if (server.take(events) === 'hole') window.back(server.taken.length + 1)
            else if (lateAck) late.push(server.taken.length)
            else window.acked(server.taken.length)
          }
        }
        for (const step of script) {
          switch (step.do) {
            case 'append':
              for (let i = 0; i < step.count; i++) {
                const text = `${made++}:${'x'.repeat(step.size)}`.slice(0, 200)
                journal.append({ type: 'activity', text })
                promised.push(text)
              }
              break
            case 'commit':
              await journal.committed()
              break
            case 'send':
              await pump(step.lose, step.lateAck)
              break
            case 'askAgain':
              window.back(Math.max(1, server.taken.length + 1 - step.back))
              break
            case 'reconnect':
              for (const seq of late.splice(0)) window.acked(seq)
              window.restart(server.taken.length)
              break
            case 'crash': {
              await journal.committed()
              const whole = await readFile(path)
              await journal.close()
              // A write that was torn off: part of another line stands at the end.
              await writeFile(
                path,
                Buffer.concat([whole, Buffer.from('{"k":"event","event":{"seq":99').subarray(0, step.torn)]),
              )
              late = []
              journal = await open(path)
              window = createSendWindow({ runId, journal, send: (frame) => outgoing.push(frame) })
              window.restart(server.taken.length)
              break
            }
          }
        }
        for (let i = 0; i < 50 && server.taken.length < promised.length; i++) {
          window.restart(server.taken.length)
          await pump(false, false)
        }
        window.restart(server.taken.length)
        expect(server.taken).toEqual(promised)
        promised = []
        await journal.committed()
        expect(journal.memory().ackedSeq).toBe(server.taken.length)
        await journal.close()
      }),
      { numRuns: 60, verbose: 1 },
    )
  }, 60_000)

  test('a file cut at any byte opens with the whole lines before the cut', async () => {
    const path = join(folder, 'cut.ndjson')
    const journal = await open(path)
    await journal.record({ k: 'assign', assignment })
    for (let i = 0; i < 8; i++) journal.append({ type: 'activity', text: `line ${i} ü` })
    await journal.committed()
    await journal.close()
    const whole = await readFile(path)
    for (let size = 0; size <= whole.byteLength; size += 7) {
      await writeFile(path, whole)
      await truncate(path, size)
      const again = await open(path)
      const count = again.memory().lastSeq
      expect(texts(await again.read(0, { events: 500, bytes: 1e6 })).map((event) => event.seq)).toEqual(
        Array.from({ length: count }, (_, i) => i + 1),
      )
      again.append({ type: 'activity', text: 'after' })
      await again.committed()
      expect(texts(await again.read(count, { events: 9, bytes: 1e6 }))[0]?.seq).toBe(count + 1)
      await again.close()
    }
  })

  test('an acknowledged journal is rewritten small and still knows what the run needs', async () => {
    const path = join(folder, 'compact.ndjson')
    let journal = await open(path)
    await journal.record({ k: 'assign', assignment })
    await journal.record({ k: 'facts', facts: { sessionId: 's-1' } })
    for (let i = 0; i < 4000; i++) journal.append({ type: 'activity', text: `${i} ${'y'.repeat(180)}` })
    await journal.committed()
    journal.ack(3990)
    for (let i = 0; i < 5; i++) journal.append({ type: 'activity', text: `late ${i}` })
    await journal.committed()
    expect((await readFile(path)).byteLength).toBeLessThan(20_000)
    const before = texts(await journal.read(3990, { events: 500, bytes: 1e6 }))
    await journal.close()
    journal = await open(path)
    expect(texts(await journal.read(3990, { events: 500, bytes: 1e6 }))).toEqual(before)
    expect(before.map((event) => event.seq)).toEqual(Array.from({ length: 15 }, (_, i) => 3991 + i))
    expect(journal.memory()).toMatchObject({ lastSeq: 4005, ackedSeq: 3990, facts: { sessionId: 's-1' }, turn: 1 })
    await journal.close()
  })

  test('a full disk is told once, and what was not written stays readable in memory', async () => {
    const real = await openJournalFile(join(folder, 'full.ndjson'))
    let room = 3000
    const file: JournalFile = {
      ...real,
      append: async (bytes) => {
        if (bytes.byteLength > room) {
          await real.append(bytes.subarray(0, room))
          throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
        }
        room -= bytes.byteLength
        await real.append(bytes)
      },
    }
    const failures: string[] = []
    const journal = await openJournal({ file, clock: systemClock, onFailure: (error) => failures.push(error.message) })
    await journal.record({ k: 'assign', assignment })
    for (let i = 0; i < 60; i++) {
      journal.append({ type: 'activity', text: `${i} ${'z'.repeat(80)}` })
      await journal.committed()
    }
    expect(failures).toEqual(['no space left on device'])
    const all = texts(await journal.read(0, { events: 500, bytes: 1e6 }))
    expect(all.map((event) => event.seq)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1))
    await journal.close()
    const again = await open(join(folder, 'full.ndjson'))
    expect(again.memory().lastSeq).toBeGreaterThan(0)
    await again.close()
  })

  test('a record is written with its own batch: a stream that never pauses does not hold it up', async () => {
    const real = await openJournalFile(join(folder, 'stream.ndjson'))
    let streaming = true
    const file: JournalFile = {
      ...real,
      append: async (bytes) => {
        // While this batch is on its way to the disk, the next piece of the stream comes.
        if (streaming) journal.append({ type: 'activity', text: 'more' })
        await real.append(bytes)
      },
    }
    const journal = await openJournal({ file, clock: systemClock })
    await journal.record({ k: 'assign', assignment })
    await journal.record({ k: 'facts', facts: { sessionId: 's-1' } })
    await journal.committed()
    streaming = false
    await journal.close()
    const again = await open(join(folder, 'stream.ndjson'))
    expect(again.memory().facts).toEqual({ sessionId: 's-1' })
    await again.close()
  })

  test('a closed journal takes nothing more and has nothing to read', async () => {
    const path = join(folder, 'closed.ndjson')
    const journal = await open(path)
    await journal.record({ k: 'assign', assignment })
    journal.append({ type: 'activity', text: 'in time' })
    await journal.close()
    const whole = await readFile(path)
    journal.append({ type: 'activity', text: 'too late' })
    await journal.record({ k: 'facts', facts: { sessionId: 's-1' } })
    await journal.committed()
    expect(await journal.read(0, { events: 9, bytes: 1e6 })).toEqual([])
    expect(await readFile(path)).toEqual(whole)
  })

  test('an event that no frame could carry is refused, and the next one takes its number', async () => {
    const journal = await open(join(folder, 'large.ndjson'))
    await journal.record({ k: 'assign', assignment })
    const file = { path: 'a.txt', status: 'modified' as const, added: 1, removed: 0, patch: '"'.repeat(4000) }
    expect(() => journal.append({ type: 'files', files: Array.from({ length: 500 }, () => file) })).toThrow(/bytes/)
    expect(journal.append({ type: 'activity', text: 'small' })).toBe(1)
    await journal.close()
  })
})
