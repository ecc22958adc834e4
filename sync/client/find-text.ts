import { z } from 'zod'
import type { RunId } from '#shared/ids.ts'
import type { Json } from '#shared/json.ts'
import { keys } from '#sync/core/keys.ts'
import type { ReadTransaction } from '#sync/core/transaction.ts'
import { allChunks } from './chunk-window.ts'
import type { KeptRuns } from './kept-runs.ts'
import type { OpenRuns } from './open-runs.ts'
import type { TextFound, TextHit, TextQuery } from './workspace.ts'

/** One entry's words, as they are shown and as they are compared. */
type EntryText = { readonly n: number; readonly at: number; readonly text: string; readonly folded: string }
type RunText = { readonly stamp: string; readonly entries: readonly EntryText[]; readonly units: number }

/** Texts that stay at hand between two searches, UTF-16 units. */
const mostUnits = 20_000_000
/** Around a hit. */
const beforeUnits = 40
const afterUnits = 120

/** Finds words in the transcripts on this device, open or not; it asks the server nothing. */
export function createTextFinder(deps: {
  readonly kept: Pick<KeptRuns, 'kept'>
  readonly runs: Pick<OpenRuns, 'isOpen' | 'read'>
}) {
  /** The ones searched last stand last. */
  const texts = new Map<RunId, RunText>()
  let units = 0

  function remember(runId: RunId, text: RunText): void {
    units += text.units - (texts.get(runId)?.units ?? 0)
    texts.delete(runId)
    texts.set(runId, text)
    for (const [oldest, { units: freed }] of texts) {
      if (units <= mostUnits || oldest === runId) return
      texts.delete(oldest)
      units -= freed
    }
  }

  async function read(runId: RunId): Promise<readonly EntryText[]> {
    const note = deps.kept.kept().get(runId)
    const known = texts.get(runId)
    const stamp = deps.runs.isOpen(runId)
      ? JSON.stringify((await deps.runs.read(runId, (tx) => tx.get(keys.cookie))) ?? null)
      : `${note?.openedAt} ${note?.wholeAt}`
    if (known?.stamp === stamp) return known.entries
    const entries = await deps.runs.read(runId, textsOf)
    remember(runId, { stamp, entries, units: entries.reduce((sum, { text }) => sum + 2 * text.length, 0) })
    return entries
  }

  return {
    /** Calls back with the hits of one run after the other, the one shown last first; resolves once all have been looked at. */
    async find(query: TextQuery, onHits: (runId: RunId, hits: readonly TextHit[]) => void): Promise<TextFound> {
      const wanted = fold(query.text)
      let complete = true
      if (wanted === '') return { complete }
      const all = [...deps.kept.kept()].sort(([, a], [, b]) => b.openedAt - a.openedAt).map(([runId]) => runId)
      for (const runId of query.runId === undefined ? all : [query.runId]) {
        const entries = await read(runId)
        if (query.signal.aborted) break
        complete &&= (entries[0]?.n ?? 1) <= 1
        const hits: TextHit[] = []
        for (let at = entries.length - 1; at >= 0 && hits.length < query.perRun; at--) {
          const entry = entries[at]
          const place = entry?.folded.indexOf(wanted) ?? -1
          if (entry !== undefined && place !== -1) hits.push(toHit(entry, place, wanted.length))
        }
        if (hits.length > 0) onHits(runId, hits)
        // Room for the next key stroke.
        await new Promise((resolve) => setTimeout(resolve))
        if (query.signal.aborted) break
      }
      return { complete }
    },
  }
}

export type TextFinder = ReturnType<typeof createTextFinder>

function toHit({ n, at, text }: EntryText, place: number, length: number): TextHit {
  const from = Math.max(0, place - beforeUnits)
  const end = Math.min(text.length, place + length + afterUnits)
  return {
    n,
    at,
    before: `${from > 0 ? '…' : ''}${text.slice(from, place)}`,
    match: text.slice(place, place + length),
    after: `${text.slice(place + length, end)}${end < text.length ? '…' : ''}`,
  }
}

const Chunk = z.object({
  entries: z.array(z.looseObject({ n: z.number(), at: z.number(), body: z.custom<Json>() })),
})

async function textsOf(tx: ReadTransaction): Promise<readonly EntryText[]> {
  return (await allChunks(tx)).flatMap(([, value]) => {
    const chunk = Chunk.safeParse(value)
    return chunk.success ? chunk.data.entries.map(({ n, at, body }) => toText(n, at, body)) : []
  })
}

function toText(n: number, at: number, body: Json): EntryText {
  const words: string[] = []
  collect(body, words)
  // White space is one space, so that words are found across the ends of lines.
  const text = words.join(' \u00b7 ').replace(/\s+/g, ' ')
  return { n, at, text, folded: fold(text) }
}

/** Fields that people do not read. */
const notRead = new Set([
  'kind',
  'id',
  'blob',
  'level',
  'state',
  'status',
  'permissionId',
  'promptId',
  'by',
  'digest',
  'code',
])

function collect(value: Json | undefined, words: string[]): void {
  if (typeof value === 'string') {
    if (value !== '') words.push(value)
    return
  }
  if (typeof value !== 'object' || value === null) return
  for (const [name, one] of Object.entries(value)) if (!notRead.has(name)) collect(one, words)
}

/** Letters of either case are the same; one whose other case has another length stays, so that every place is the same in both. */
function fold(text: string): string {
  const even = text.replace(/\s+/g, ' ')
  const lower = even.toLowerCase()
  return lower.length === even.length ? lower : even
}
