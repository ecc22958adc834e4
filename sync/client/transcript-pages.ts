import { pageStep, type PatchOperation, type SyncCookie } from '#shared/protocol/sync.ts'
import { chunkNumber, keys } from '#sync/core/keys.ts'

export type TranscriptPagesDeps = {
  readonly cookie: () => Promise<SyncCookie | null>
  /** A pull that asks for the page before the window; `false`: the server could not be asked. Resolves once its rows are here. */
  readonly pullOlder: () => Promise<boolean>
  /** `false`: something else moved the cache on in between. */
  readonly apply: (base: SyncCookie, next: SyncCookie, patch: readonly PatchOperation[]) => Promise<boolean>
}

/** A pull that was under way may have taken no notice, and one that a poke overtook brings nothing. */
const tries = 3

/** Moves the start of a transcript's window on this device: back by a page that the server gives, forward over what is given up. */
export function createTranscriptPages(deps: TranscriptPagesDeps) {
  let paging: Promise<boolean> = Promise.resolve(false)

  async function bringOlder(): Promise<boolean> {
    const before = (await deps.cookie())?.from
    if (before === undefined) return false
    for (let n = 0; n < tries; n++) {
      const isAnswered = await deps.pullOlder()
      const now = (await deps.cookie())?.from
      if (now !== undefined && now < before) return true
      if (!isAnswered) return false
    }
    return false
  }

  return {
    /** One page at a time; whether there was one to be had. */
    older(): Promise<boolean> {
      const page = paging.then(bringOlder, bringOlder)
      paging = page
      return page
    },
    /** Takes the chunks before this key from the device. */
    async giveUpBefore(key: string): Promise<void> {
      const have = await deps.cookie()
      if (have === null || (have.from ?? '') >= key) return
      const from = have.from === undefined ? 1 : chunkNumber(have.from)
      const gone = Array.from({ length: chunkNumber(key) - from }, (_, step) => keys.chunk(from + step))
      const next = { ...have, from: key, order: have.order + pageStep }
      await deps.apply(
        have,
        next,
        gone.map((one) => ({ op: 'del', key: one })),
      )
    },
  }
}

/** What stands before the window would lie there alone: it comes with its page. */
export function isWithin({ from }: SyncCookie): (one: PatchOperation) => boolean {
  return (one) => from === undefined || one.op === 'clear' || !one.key.startsWith(keys.chunks) || one.key >= from
}
