import { emptyText } from '#shared/domain/bounded-text.ts'
import type { EntryBody } from '#shared/domain/transcript.ts'
import { EntryId, type RunId } from '#shared/ids.ts'
import type { BlobStore } from '../link/blob-store.ts'
import type { Clock } from '../clock.ts'
import type { Hiding } from '../secrets/hiding.ts'
import { createGrowingEntry, finishedText, type GrowingBody, type GrowingEntry } from './growing-entry.ts'
import type { Journal } from './journal.ts'

/** Entries that one run may have. A harness that makes more is stopped. */
export const entryLimit = 20_000

/** Writes the entries of one run: gives each its place, joins streamed text, keeps the order. */
export interface Transcript {
  /** A finished entry. */
  add(body: EntryBody): EntryId
  /** Writes an entry again, whole. */
  rewrite(id: EntryId, body: EntryBody): void
  /** An entry that grows. */
  grow(body: GrowingBody): GrowingEntry
  /** A person's message, of any length. */
  addPrompt(prompt: Omit<Extract<EntryBody, { kind: 'user' }>, 'kind' | 'text'> & { text: string }): void
  notice(level: 'info' | 'warning' | 'error', text: string, detail?: string): void
  /** A piece of the agent's speech or thinking; pieces of one kind form one entry. */
  say(kind: 'message' | 'thought', text: string): void
  /** The speech or thinking that is open is finished; the next piece starts another entry. */
  endSpeech(): void
  count(): number
  setTurn(turn: number): void
  flush(): void
  /** Resolves when the long texts so far are uploaded or given up. */
  stored(): Promise<void>
}

export interface TranscriptDeps {
  runId: RunId
  journal: Journal
  clock: Clock
  blobs: BlobStore
  spoolFolder: string
  /** What is kept of one long text, in bytes. */
  outputBytes: number
  hiding: Hiding
}

export function createTranscript(deps: TranscriptDeps): Transcript {
  const { journal, clock, hiding } = deps
  const places = new Map<EntryId, { n: number; at: number; turn: number }>()
  const growing = new Set<GrowingEntry>()
  const storing = new Set<Promise<void>>()
  let turn = journal.memory().turn
  let speech: { kind: 'message' | 'thought'; entry: GrowingEntry } | undefined

  for (const entry of Object.values(journal.memory().open))
    places.set(entry.id, { n: entry.n, at: entry.at, turn: entry.turn })

  function newPlace(): { id: EntryId; n: number; at: number; turn: number } {
    const n = journal.memory().lastN + 1
    const id = EntryId.parse(`${deps.runId.slice(-12)}-${n}`)
    const place = { n, at: clock.now(), turn: Math.max(turn, 1) }
    return { id, ...place }
  }

  function add(body: EntryBody): EntryId {
    const place = newPlace()
    places.set(place.id, { n: place.n, at: place.at, turn: place.turn })
    journal.append({ type: 'entry', entry: { ...place, body } })
    return place.id
  }

  function grow(body: GrowingBody): GrowingEntry {
    const entry = createGrowingEntry({
      journal,
      clock,
      blobs: deps.blobs,
      spoolFolder: deps.spoolFolder,
      outputBytes: deps.outputBytes,
      hiding: deps.hiding,
      place: newPlace(),
      body,
      onLost: (sentence) => notice('warning', sentence),
    })
    growing.add(entry)
    return {
      ...entry,
      finish: (change) => {
        growing.delete(entry)
        const { stored } = entry.finish(change)
        storing.add(stored)
        void stored.finally(() => storing.delete(stored))
        return { stored }
      },
    }
  }

  function notice(level: 'info' | 'warning' | 'error', text: string, detail?: string): void {
    const shown = detail === undefined || detail === '' ? {} : { detail: finishedText(hiding.text(detail)) }
    add({ kind: 'notice', level, text: cut(hiding.text(text), 1000), ...shown })
  }

  function endSpeech(): void {
    if (speech === undefined) return
    const { kind, entry } = speech
    speech = undefined
    entry.finish(kind === 'thought' ? { done: true, endedAt: clock.now() } : { done: true })
  }

  return {
    add,
    rewrite: (id, body) => {
      const place = places.get(id)
      if (place !== undefined) journal.append({ type: 'entry', entry: { id, ...place, body } })
    },
    grow,
    addPrompt: ({ text, ...rest }) => {
      endSpeech()
      const short = text.length <= 12_000
      if (short) {
        add({ kind: 'user', text: finishedText(hiding.text(text)), ...rest })
        return
      }
      const entry = grow({ kind: 'user', text: emptyText, ...rest })
      entry.append(text)
      entry.finish()
    },
    notice,
    say: (kind, text) => {
      if (text === '') return
      if (speech?.kind !== kind) {
        endSpeech()
        const body: GrowingBody =
          kind === 'message'
            ? { kind, text: emptyText, done: false }
            : { kind, text: emptyText, done: false, startedAt: clock.now() }
        speech = { kind, entry: grow(body) }
      }
      speech.entry.append(text)
    },
    endSpeech,
    count: () => journal.memory().lastN,
    setTurn: (next) => {
      turn = next
    },
    flush: () => {
      for (const entry of growing) entry.flush()
    },
    stored: async () => {
      await Promise.allSettled([...storing])
    },
  }
}

/** At most `limit` UTF-16 units, with `…` where something was left out. */
export function cut(text: string, limit: number): string {
  return text.length <= limit ? text.toWellFormed() : `${text.slice(0, limit - 1).toWellFormed()}…`
}
