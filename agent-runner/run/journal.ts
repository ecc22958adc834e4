import { maxEventBytes, RunEvent, type RunEventBody } from '#shared/protocol/run-event.ts'
import type { Clock } from '../clock.ts'
import { decodeJournal, encodeRecord, remember, type EventPlace, type JournalRecord } from './journal-record.ts'
import type { JournalFile } from './journal-file.ts'
import type { RunMemory } from './run-memory.ts'

/** Events that wait for the disk. At this many bytes `roomy` makes writers wait. */
const pendingLimit = 2_000_000
/** Recent events kept as text, so that sending what was just written reads nothing back. */
const recentLimit = 1_000_000
const compactAt = 512_000
/** The largest journal of one run. Only a server that is away for long lets it grow so far. */
const sizeLimit = 512_000_000

/**
 * The append-only record of one run on the runner's disk. An event gets its `seq` when it is appended and is
 * `committed` once its line is in the file; only committed events are sent. Lines that wait are written together.
 */
export interface Journal {
  memory(): RunMemory
  /** @returns the event's seq. @throws when the event is larger than `maxEventBytes`. */
  append(body: RunEventBody): number
  /** Resolves when the record is in the file and the file on the disk. */
  record(record: Exclude<JournalRecord, { k: 'event' | 'memory' | 'ack' }>): Promise<void>
  /** Resolves when everything appended so far is in the file. */
  committed(): Promise<void>
  /** Resolves when there is room for more; writers of long streams wait for it. */
  roomy(): Promise<void>
  committedSeq(): number
  /** The server has everything up to `seq`. */
  ack(seq: number): void
  /** JSON texts of committed events after `afterSeq`, in order. At least one if there is one. */
  read(afterSeq: number, limit: { events: number; bytes: number }): Promise<string[]>
  /** Why nothing can be written any more. Events then live in memory only. */
  failure(): Error | undefined
  /** Afterwards nothing is written: what an upload or a timer still wants to tell has nobody to hear it. */
  close(): Promise<void>
  /** Closes and deletes the file. */
  remove(): Promise<void>
}

export interface JournalDeps {
  file: JournalFile
  clock: Clock
  /** Takes out of an event what nobody may read. */
  hide?: (body: RunEventBody) => RunEventBody
  onCommitted?: () => void
  /** Called once, at the first write that failed. */
  onFailure?: (error: Error) => void
}

/** Nothing of a journal can be read from its first line on. Its file is as it was. */
export class JournalDamaged extends Error {
  override readonly name = 'JournalDamaged'
  constructor() {
    super('the journal is damaged at its first line')
  }
}

const newline = 0x0a

export async function openJournal(deps: JournalDeps): Promise<Journal> {
  const { file, clock } = deps
  const bytes = await file.readAll()
  const decoded = decodeJournal(bytes)
  // A first line that is not whole was never acted on; one that is and can't be read stands for a whole run.
  if (decoded.goodBytes === 0 && bytes.includes(newline)) {
    await file.close()
    throw new JournalDamaged()
  }
  if (decoded.goodBytes < bytes.byteLength) await file.truncate(decoded.goodBytes)

  let memory = decoded.memory
  let places: EventPlace[] = decoded.events
  let size = decoded.goodBytes
  let committedSeq = memory.lastSeq
  let failure: Error | undefined
  let closed = false
  const recent = new Map<number, string>()
  let recentBytes = 0

  interface Pending {
    line: string
    record: JournalRecord
    /** JSON of the event, for sending. */
    json?: string
    durable: boolean
  }
  /** What the file holds; `memory` is ahead of it by what is pending. */
  let onDisk = memory
  /** Reading at an offset and replacing the file exclude each other. */
  let fileTurn: Promise<unknown> = Promise.resolve()
  function exclusively<T>(work: () => Promise<T>): Promise<T> {
    const turn = fileTurn.then(work, work)
    fileTurn = turn.catch(() => {})
    return turn
  }

  let pending: Pending[] = []
  let pendingBytes = 0
  /** Settles what is pending once it is written; what is appended meanwhile belongs to the next. */
  let nextWritten = Promise.withResolvers<void>()
  let lastWritten = Promise.resolve()
  let writing: Promise<void> | undefined
  let roomWaiters: (() => void)[] = []

  function push(item: Pending): Promise<void> {
    pending.push(item)
    pendingBytes += item.line.length
    writing ??= writeLoop()
    return nextWritten.promise
  }

  async function writeLoop(): Promise<void> {
    // One turn of the loop later, so that what is appended together is written together.
    await Promise.resolve()
    try {
      while (pending.length > 0) {
        const batch = pending
        const written = nextWritten
        pending = []
        pendingBytes = 0
        nextWritten = Promise.withResolvers()
        lastWritten = written.promise
        await writeBatch(batch)
        for (const { record } of batch) {
          onDisk = remember(onDisk, record)
          if (record.k === 'event') committedSeq = record.event.seq
        }
        for (const wake of roomWaiters.splice(0)) wake()
        deps.onCommitted?.()
        if (size > compactAt) await exclusively(compact)
        written.resolve()
      }
    } finally {
      writing = undefined
    }
  }

  async function writeBatch(batch: readonly Pending[]): Promise<void> {
    if (failure === undefined) {
      const encoded = batch.map((item) => Buffer.from(item.line))
      try {
        const whole = Buffer.concat(encoded)
        if (size + whole.byteLength > sizeLimit) {
          throw Object.assign(new Error(`the journal reached its limit of ${sizeLimit} bytes`), { code: 'EFBIG' })
        }
        await file.append(whole)
        if (batch.some((item) => item.durable)) await file.sync()
      } catch (error) {
        fail(error instanceof Error ? error : new Error(String(error)))
        await file.truncate(size).catch(() => {})
      }
      if (failure === undefined) {
        for (const [index, item] of batch.entries()) {
          const bytes = encoded[index]?.byteLength ?? 0
          if (item.record.k === 'event' && item.record.event.seq > memory.ackedSeq) {
            places.push({ seq: item.record.event.seq, offset: size, bytes })
            keepRecent(item.record.event.seq, item.json ?? '')
          }
          size += bytes
        }
        return
      }
    }
    for (const { record, json } of batch) if (record.k === 'event') keepRecent(record.event.seq, json ?? '')
  }

  function fail(error: Error): void {
    if (failure !== undefined) return
    failure = error
    deps.onFailure?.(error)
  }

  function keepRecent(seq: number, json: string): void {
    recent.set(seq, json)
    recentBytes += json.length
    // What is nowhere else stays, whatever its size.
    if (failure !== undefined) return
    for (const [old, text] of recent) {
      if (recentBytes <= recentLimit) break
      recent.delete(old)
      recentBytes -= text.length
    }
  }

  function forgetAcked(): void {
    const acked = memory.ackedSeq
    let gone = 0
    while (gone < places.length && (places[gone]?.seq ?? Infinity) <= acked) gone++
    if (gone > 0) places = places.slice(gone)
    for (const [seq, text] of recent) {
      if (seq > acked) break
      recent.delete(seq)
      recentBytes -= text.length
    }
  }

  /** Rewrites the file when most of it is acknowledged. Runs between two batches, so nothing is written beside it. */
  async function compact(): Promise<void> {
    if (failure !== undefined) return
    const kept = places.filter((place) => place.seq > onDisk.ackedSeq)
    const keptBytes = kept.reduce((sum, place) => sum + place.bytes, 0)
    if (keptBytes * 2 > size) return
    const head = Buffer.from(encodeRecord({ k: 'memory', memory: onDisk }))
    try {
      const lines: Buffer[] = []
      for (const place of kept) lines.push(Buffer.from(eventLine(await textAt(place))))
      await file.replace(Buffer.concat([head, ...lines]))
      size = head.byteLength
      places = kept.map((place, index) => {
        const bytes = lines[index]?.byteLength ?? 0
        const moved = { seq: place.seq, offset: size, bytes }
        size += bytes
        return moved
      })
      forgetAcked()
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)))
    }
  }

  async function textAt(place: EventPlace): Promise<string> {
    const known = recent.get(place.seq)
    if (known !== undefined) return known
    return eventJson(new TextDecoder().decode(await file.read(place.offset, place.bytes)))
  }

  async function readOne(seq: number): Promise<string | undefined> {
    if (closed) return undefined
    const known = recent.get(seq)
    if (known !== undefined) return known
    return exclusively(async () => {
      if (closed) return undefined
      const place = places[seq - (places[0]?.seq ?? 0)]
      return place?.seq === seq ? textAt(place) : undefined
    })
  }

  return {
    memory: () => memory,
    append: (body) => {
      if (closed) return memory.lastSeq
      const event = RunEvent.parse({ seq: memory.lastSeq + 1, at: clock.now(), body: deps.hide?.(body) ?? body })
      const json = JSON.stringify(event)
      const bytes = Buffer.byteLength(json)
      // The server would refuse its frame, and with it everything behind it, for ever.
      if (bytes > maxEventBytes) throw new RangeError(`an event of ${bytes} bytes can't be sent`)
      memory = remember(memory, { k: 'event', event })
      void push({
        line: eventLine(json),
        record: { k: 'event', event },
        json,
        durable: body.type === 'state' || body.type === 'permission',
      })
      return event.seq
    },
    record: async (record) => {
      if (closed) return
      memory = remember(memory, record)
      forgetAcked()
      if (record.k === 'assign' || record.k === 'behind') committedSeq = Math.max(committedSeq, memory.ackedSeq)
      await push({ line: encodeRecord(record), record, durable: true })
    },
    committed: () => (pending.length > 0 ? nextWritten.promise : lastWritten),
    roomy: async () => {
      while (pendingBytes > pendingLimit) await new Promise<void>((resolve) => roomWaiters.push(resolve))
    },
    committedSeq: () => committedSeq,
    ack: (seq) => {
      if (seq <= memory.ackedSeq || closed) return
      const record: JournalRecord = { k: 'ack', seq: Math.min(seq, memory.lastSeq) }
      memory = remember(memory, record)
      forgetAcked()
      void push({ line: encodeRecord(record), record, durable: false })
    },
    read: async (afterSeq, limit) => {
      const texts: string[] = []
      let bytes = 0
      for (let seq = afterSeq + 1; seq <= committedSeq && texts.length < limit.events; seq++) {
        const text = await readOne(seq)
        if (text === undefined) break
        bytes += Buffer.byteLength(text) + 1
        if (bytes > limit.bytes && texts.length > 0) break
        texts.push(text)
      }
      return texts
    },
    failure: () => failure,
    close: async () => {
      while (writing !== undefined) await writing
      closed = true
      await exclusively(() => file.close())
    },
    remove: async () => {
      closed = true
      await writing
      await exclusively(() => file.remove())
    },
  }
}

const eventStart = '{"k":"event","event":'

function eventLine(json: string): string {
  return `${eventStart}${json}}\n`
}

function eventJson(line: string): string {
  return line.slice(eventStart.length, -2)
}
