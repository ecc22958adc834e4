import { z } from 'zod'
import { DeliveryId, PermissionId } from '#shared/ids.ts'
import { RunEvent } from '#shared/protocol/run-event.ts'
import { Assignment } from '#shared/protocol/runner-link.ts'
import { emptyMemory, Receipt, rememberEvent, RunFacts, RunMemory, settledLimit } from './run-memory.ts'

/** One line of a journal. The fold of all lines is the run's `RunMemory`. */
export const JournalRecord = z.discriminatedUnion('k', [
  /** Everything before it is forgotten: what a compacted journal starts with. */
  z.object({ k: z.literal('memory'), memory: RunMemory }),
  z.object({ k: z.literal('assign'), assignment: Assignment }),
  z.object({ k: z.literal('event'), event: RunEvent }),
  z.object({ k: z.literal('ack'), seq: z.number().int().nonnegative() }),
  z.object({ k: z.literal('receipt'), receipt: Receipt }),
  z.object({ k: z.literal('forget'), deliveryId: DeliveryId }),
  z.object({ k: z.literal('answered'), permissionId: PermissionId }),
  z.object({ k: z.literal('facts'), facts: RunFacts }),
  /** The server knows more than this journal does (its end was lost with the machine's power): go on behind it. */
  z.object({ k: z.literal('behind'), seq: z.number().int(), n: z.number().int() }),
])
export type JournalRecord = z.infer<typeof JournalRecord>

export function remember(memory: RunMemory, record: JournalRecord): RunMemory {
  switch (record.k) {
    case 'memory':
      return record.memory
    case 'assign': {
      const after = record.assignment.after
      return {
        ...memory,
        assignment: record.assignment,
        turn: record.assignment.turn,
        ended: false,
        lastSeq: Math.max(memory.lastSeq, after?.seq ?? 0),
        ackedSeq: Math.max(memory.ackedSeq, after?.seq ?? 0),
        lastN: Math.max(memory.lastN, after?.entries ?? 0),
        // Another runner had it before.
        ...(memory.turn === 0 ? { conversation: record.assignment.conversation ?? [] } : {}),
      }
    }
    case 'event':
      return rememberEvent(memory, record.event)
    case 'ack':
      return { ...memory, ackedSeq: Math.max(memory.ackedSeq, record.seq) }
    case 'receipt':
      return { ...memory, receipts: { ...memory.receipts, [record.receipt.deliveryId]: record.receipt } }
    case 'forget': {
      const { [record.deliveryId]: gone, ...receipts } = memory.receipts
      if (gone === undefined) return memory
      return { ...memory, receipts, settled: [...memory.settled, gone].slice(-settledLimit) }
    }
    case 'answered':
      return { ...memory, openPermissions: memory.openPermissions.filter((id) => id !== record.permissionId) }
    case 'facts':
      return { ...memory, facts: { ...memory.facts, ...record.facts } }
    case 'behind':
      return {
        ...memory,
        lastSeq: Math.max(memory.lastSeq, record.seq),
        ackedSeq: Math.max(memory.ackedSeq, record.seq),
        lastN: Math.max(memory.lastN, record.n),
      }
  }
}

export function encodeRecord(record: JournalRecord): string {
  return `${JSON.stringify(record)}\n`
}

export interface DecodedJournal {
  memory: RunMemory
  /** Unacknowledged events in order: where each one's line stands in the file, in bytes. */
  events: EventPlace[]
  /** Bytes of whole, readable lines. What follows was torn by a crash and is cut off. */
  goodBytes: number
}

export interface EventPlace {
  seq: number
  offset: number
  bytes: number
}

const newline = 0x0a

/** Reads a journal from its first byte to the first line that is torn or damaged. */
export function decodeJournal(bytes: Uint8Array): DecodedJournal {
  const decoder = new TextDecoder()
  let memory = emptyMemory
  let events: EventPlace[] = []
  let start = 0
  let expected = 1
  for (let end = bytes.indexOf(newline, start); end !== -1; end = bytes.indexOf(newline, start)) {
    const record = parseLine(decoder.decode(bytes.subarray(start, end)))
    if (record === undefined) break
    if (record.k === 'event') {
      if (record.event.seq !== expected) break
      expected += 1
      events.push({ seq: record.event.seq, offset: start, bytes: end + 1 - start })
    }
    // Behind a `memory` line stand events that it already holds; they are only there to be sent.
    if (record.k !== 'event' || record.event.seq > memory.lastSeq) memory = remember(memory, record)
    if (record.k === 'memory') {
      events = []
      expected = memory.ackedSeq + 1
    }
    if (record.k === 'assign' || record.k === 'behind') expected = memory.lastSeq + 1
    start = end + 1
  }
  const acked = memory.ackedSeq
  return { memory, events: events.filter((event) => event.seq > acked), goodBytes: start }
}

function parseLine(line: string): JournalRecord | undefined {
  try {
    const parsed = JournalRecord.safeParse(JSON.parse(line))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}
