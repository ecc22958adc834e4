import {
  appendAt,
  boundedText,
  emptyText,
  omittedUnits,
  wholeText,
  type BoundedText,
} from '#shared/domain/bounded-text.ts'
import type { EntryBody, TranscriptEntry } from '#shared/domain/transcript.ts'
import type { BlobStore } from '../link/blob-store.ts'
import type { Clock } from '../clock.ts'
import type { Hiding } from '../secrets/hiding.ts'
import type { Journal } from './journal.ts'
import { growingText } from './run-memory.ts'
import { openSpool, removeSpool, type Spool } from './spool.ts'
import { storeText } from './store-text.ts'

/** Pieces of a growing text are joined for this long before they become an event. */
const joinMs = 40
const checkpointMs = 1000
const checkpointUnits = 16_000
/** Beyond it the single pieces are not told any more, only the entry as it stands, this often. */
const deltaLimit = 256_000
const longCheckpointMs = 250
const largestDelta = 32_000
/** A replaced output is compared with the one before up to this length. */
const comparedLimit = 4_000_000

export type GrowingBody = Extract<EntryBody, { kind: 'user' | 'message' | 'thought' | 'tool' | 'step' }>

/**
 * An entry whose text arrives piece by piece: deltas while it grows, the whole entry now and then and at its end.
 * A text that does not fit goes to a spool file and is uploaded once the entry is finished.
 */
export interface GrowingEntry {
  readonly id: string
  body(): GrowingBody
  append(text: string): void
  /** The output as a whole, as harnesses tell it that repeat all of it each time. */
  setText(whole: string): void
  /** Other fields; written at once. */
  change(change: Partial<GrowingBody>): void
  /** Writes it for the last time. `stored` resolves when a long text is uploaded, or was given up. */
  finish(change?: Partial<GrowingBody>): { stored: Promise<void> }
  /** Tells what is joined, now. */
  flush(): void
  finished(): boolean
}

export interface GrowingEntryDeps {
  journal: Journal
  clock: Clock
  blobs: BlobStore
  spoolFolder: string
  /** What is kept of a text that does not fit into its entry, in bytes. */
  outputBytes: number
  /** The text is hidden piece by piece, before it goes anywhere. */
  hiding: Hiding
  place: Omit<TranscriptEntry, 'body'>
  body: GrowingBody
  /** Told to people when a part of the text can't be kept. */
  onLost: (sentence: string) => void
}

export function createGrowingEntry(deps: GrowingEntryDeps): GrowingEntry {
  const { journal, clock, place } = deps
  const field = deps.body.kind === 'tool' || deps.body.kind === 'step' ? 'output' : 'text'
  let body: GrowingBody = deps.body
  let text: BoundedText = growingText(body) ?? emptyText
  /** Not told yet; `text` does not hold it. */
  let joined = ''
  let spool: Spool | undefined
  let timer: NodeJS.Timeout | undefined
  let flushedAt = 0
  let checkpointAt = clock.now()
  let unitsSince = 0
  let compared: string | undefined = ''
  let hidden = deps.hiding.stream()
  let done = false

  write()

  function write(): void {
    if (field === 'text' || text.length > 0 || growingText(body) !== undefined) {
      body = { ...body, [field]: text }
    }
    journal.append({ type: 'entry', entry: { ...place, body } })
    checkpointAt = clock.now()
    unitsSince = 0
  }

  function grow(piece: string): void {
    const before = text
    const grown = appendAt(text, text.length, piece)
    text = grown ?? text
    if (omittedUnits(text) === 0) return
    if (spool === undefined) {
      spool = openSpool(deps.spoolFolder, place.id, deps.outputBytes)
      spool.write(wholeText(before) ?? before.head)
    }
    spool.write(piece)
  }

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    const held = endsInHalf(joined) ? joined.slice(-1) : ''
    const piece = held === '' ? joined : joined.slice(0, -1)
    joined = held
    if (piece === '') return
    flushedAt = clock.now()
    const offset = text.length
    grow(piece)
    const long = text.length > deltaLimit
    if (!long) {
      for (let at = 0; at < piece.length;) {
        let end = Math.min(piece.length, at + largestDelta)
        if (end < piece.length && endsInHalf(piece.slice(end - 1, end))) end -= 1
        journal.append({ type: 'delta', entryId: place.id, field, offset: offset + at, text: piece.slice(at, end) })
        at = end
      }
    }
    unitsSince += piece.length
    const age = flushedAt - checkpointAt
    if (long ? age >= longCheckpointMs : age >= checkpointMs || unitsSince >= checkpointUnits) write()
  }

  function soon(): void {
    if (timer !== undefined) return
    const wait = flushedAt + joinMs - clock.now()
    if (wait <= 0) flush()
    else timer = setTimeout(flush, wait)
  }

  function append(piece: string): void {
    if (done || piece === '') return
    joined += hidden.push(storable(piece))
    if (joined.length >= largestDelta) flush()
    else soon()
  }

  function setText(whole: string): void {
    if (done) return
    const clean = storable(whole)
    if (compared !== undefined && clean.startsWith(compared)) {
      const fresh = clean.slice(compared.length)
      compared = clean.length > comparedLimit ? undefined : clean
      append(fresh)
      return
    }
    compared = clean.length > comparedLimit ? undefined : clean
    clearTimeout(timer)
    timer = undefined
    joined = ''
    text = emptyText
    spool?.close()
    spool = undefined
    hidden = deps.hiding.stream()
    const shown = hidden.push(clean)
    if (shown.length > 0) grow(shown)
    write()
  }

  async function store(): Promise<void> {
    if (spool === undefined) return
    spool.close()
    const { bytes, why } = spool.lost()
    if (bytes > 0) deps.onLost(lostWords(bytes, why, deps.outputBytes))
    const stored = await storeText(deps.blobs, spool.path).catch(() => undefined)
    if (stored === undefined) {
      deps.onLost('The middle of a long output could not be stored on the server.')
    } else {
      text = { ...text, ...stored }
      write()
      await removeSpool(deps.spoolFolder, place.id)
    }
  }

  return {
    id: place.id,
    body: () => body,
    append,
    setText,
    change: (change) => {
      if (!done) flush()
      body = { ...body, ...change } as GrowingBody
      write()
    },
    finish: (change = {}) => {
      if (done) return { stored: Promise.resolve() }
      done = true
      clearTimeout(timer)
      joined += hidden.end()
      if (joined !== '') grow(joined.toWellFormed())
      joined = ''
      body = { ...body, ...change } as GrowingBody
      write()
      return { stored: store() }
    },
    flush,
    finished: () => done,
  }
}

function lostWords(bytes: number, why: 'limit' | 'disk', limit: number): string {
  return why === 'limit'
    ? `A long output is kept up to ${Math.floor(limit / 1024 ** 2)} MB (DROVER_RUNNER_OUTPUT), so ${bytes} bytes of it could not be kept. Its end is shown here.`
    : `${bytes} bytes of a long output could not be kept.`
}

/** Text that a database can hold: NUL made visible. Unpaired surrogates are healed where they can't be halves of a pair. */
function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '␀') : text
}

function endsInHalf(text: string): boolean {
  const last = text.charCodeAt(text.length - 1)
  return last >= 0xd800 && last <= 0xdbff
}

/** A finished text as an entry holds it; the caller stores what does not fit. */
export function finishedText(text: string): BoundedText {
  return boundedText(storable(text).toWellFormed())
}
