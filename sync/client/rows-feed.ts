import type { MutatorDefs, Replicache } from 'replicache'
import type { Json } from '#shared/json.ts'

export type RowsChange = {
  readonly puts: readonly (readonly [key: string, value: Json])[]
  readonly dels: readonly string[]
  /** Everything that the device had has been told; from now on it is changes. */
  readonly complete: boolean
}

/** Rows read at once: what a page takes in without being held up. */
const pieceRows = 250
/** The first look back. Each further one is twice as long. */
const firstSpanMs = 6 * 60 * 60_000
const shortestSpanMs = 1_000
/** Room for the page between two pieces. */
const pauseMs = 16

/**
 * Tells the rows under `prefix` whose keys go on with a UUID of version 7, the newest first and the rest piece by piece, and what changes
 * meanwhile and afterwards. A list of thousands stands after the first piece, and no change costs more for the ones that stay.
 */
export function feedRows(
  replicache: Pick<Replicache<MutatorDefs>, 'query' | 'experimentalWatch'>,
  prefix: string,
  now: number,
  onChange: (change: RowsChange) => void,
): () => void {
  let stopped = false
  let complete = false
  const tell = (puts: RowsChange['puts'], dels: readonly string[] = []): void => {
    if (!stopped) onChange({ puts, dels, complete })
  }

  // From before the first read: a row that changes in between is told twice, the second time as it is.
  const stopWatching = replicache.experimentalWatch(
    (diff) => {
      const puts: (readonly [string, Json])[] = []
      const dels: string[] = []
      for (const one of diff) {
        const { key } = one
        if (one.op === 'del') dels.push(key)
        else puts.push([key, one.newValue as Json])
      }
      tell(puts, dels)
    },
    { prefix },
  )

  const read = async (start: string, isOwn: boolean): Promise<(readonly [string, Json])[]> =>
    stopped
      ? []
      : ((await replicache.query((tx) =>
          tx
            .scan({ prefix, start: { key: start, exclusive: !isOwn }, limit: pieceRows })
            .entries()
            .toArray(),
        )) as [string, Json][])

  /** Everything from `start` on that comes before `before`. */
  async function tellFrom(start: string, before: string | undefined, first: readonly (readonly [string, Json])[]) {
    let piece = first
    for (;;) {
      const mine = before === undefined ? piece : piece.filter(([key]) => key < before)
      if (mine.length > 0) tell(mine)
      const last = piece.at(-1)?.[0]
      if (last === undefined || piece.length < pieceRows || mine.length < piece.length || stopped) return
      await pause()
      piece = await read(last, false)
    }
  }

  async function tellAll(): Promise<void> {
    let span = firstSpanMs
    let piece = await read(keyAt(prefix, now - span), true)
    // More of them than one piece are that new: the newest of all come first.
    while (piece.length === pieceRows && span > shortestSpanMs && !stopped) {
      span /= 4
      piece = await read(keyAt(prefix, now - span), true)
    }
    let before: string | undefined
    for (let at = now - span; !stopped; at -= span) {
      const start = at <= 0 ? prefix : keyAt(prefix, at)
      await tellFrom(start, before, before === undefined ? piece : await read(start, true))
      if (at <= 0) break
      before = start
      span *= 2
    }
    complete = true
    tell([])
  }

  tellAll().catch((error: unknown) => {
    // Reads that closing interrupts have nobody to answer to.
    if (!stopped) throw error
  })
  return () => {
    stopped = true
    stopWatching()
  }
}

/** The least key of this moment: a UUID of version 7 begins with the ms since epoch, 48 bits. */
function keyAt(prefix: string, at: number): string {
  const hex = Math.max(0, Math.floor(at)).toString(16).padStart(12, '0')
  return `${prefix}${hex.slice(0, 8)}-${hex.slice(8)}`
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, pauseMs)
  })
}
