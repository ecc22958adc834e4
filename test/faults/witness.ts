import type { BoundedText } from '#shared/domain/bounded-text.ts'
import type { EntryBody, TranscriptEntry } from '#shared/domain/transcript.ts'
import type { RunId } from '#shared/ids.ts'
import type { TranscriptView, Workspace } from '#sync/client/workspace.ts'

export type Problems = { readonly lost: string[]; readonly doubled: string[]; readonly disordered: string[] }

/** Remembers everything that a client was shown of one run, the longest text of each entry included. */
export type Witness = {
  /** What this one was shown and `truth` does not have, or has otherwise. */
  problemsAgainst(truth: Witness): Problems
  shown(): ReadonlyMap<string, TranscriptEntry>
  /** All that steps and tools printed, in order. */
  output(): string
  /** Resolves once everything, back to the first entry, is here. */
  whole(): Promise<void>
  close(): void
}

export function openWitness(device: Workspace, runId: RunId): Witness {
  const transcript = device.openTranscript(runId)
  const shown = new Map<string, TranscriptEntry>()
  const doubled: string[] = []
  const disordered: string[] = []
  let latest: TranscriptView | undefined
  const waiting = new Set<() => void>()

  const stop = transcript.subscribeEntries((view) => {
    latest = view
    let last = 0
    const ids = new Set<string>()
    for (const entry of view.entries) {
      if (entry.n === last || ids.has(entry.id)) doubled.push(`entry ${entry.n} (${entry.id})`)
      if (entry.n < last) disordered.push(`entry ${entry.n} after ${last}`)
      last = entry.n
      ids.add(entry.id)
      const known = shown.get(entry.id)
      if (known === undefined || textOf(entry.body).length >= textOf(known.body).length) shown.set(entry.id, entry)
    }
    for (const wake of waiting) wake()
  })

  const entries = (): readonly TranscriptEntry[] => [...shown.values()].sort((a, b) => a.n - b.n)

  return {
    shown: () => shown,
    output: () =>
      entries()
        .filter(({ body }) => body.kind === 'tool' || body.kind === 'step')
        .map(({ body }) => textOf(body).head)
        .join('\n'),
    problemsAgainst(truth) {
      const lost: string[] = []
      for (const [id, mine] of shown) {
        const there = truth.shown().get(id)
        if (there === undefined || there.n !== mine.n) lost.push(`entry ${mine.n} (${mine.body.kind})`)
        else if (!textOf(there.body).head.startsWith(textOf(mine.body).head))
          lost.push(
            `text of entry ${mine.n}: was shown ${JSON.stringify(textOf(mine.body).head.slice(-120))}, is ${JSON.stringify(textOf(there.body).head.slice(-120))}`,
          )
      }
      for (const id of truth.shown().keys()) if (!shown.has(id)) lost.push(`never shown: ${id}`)
      return { lost, doubled, disordered }
    },
    async whole() {
      while (latest?.loaded !== true) await new Promise<void>((resolve) => waiting.add(resolve))
      // Rows of the same pull reach the view in its next turns; a run that died before its first word has none.
      await new Promise((resolve) => setTimeout(resolve, 50))
      while (await transcript.loadOlder());
    },
    close() {
      stop()
      transcript.close()
    },
  }
}

const nothing: BoundedText = { head: '', tail: '', length: 0 }

function textOf(body: EntryBody): BoundedText {
  switch (body.kind) {
    case 'user':
    case 'message':
    case 'thought':
      return body.text
    case 'tool':
      return body.output ?? nothing
    case 'step':
      return body.output
    default:
      return nothing
  }
}
