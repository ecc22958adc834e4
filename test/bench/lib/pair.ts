import { clock } from './figure.ts'

/** What a bench of two clients needs of either kind of client. */
export type PairClient = {
  subscribe<T>(
    query: (tx: { get(key: string): Promise<unknown> }) => Promise<T>,
    onData: (value: T) => void,
  ): () => void
  rename(title: string): Promise<void>
}

export type PairEnd = {
  /** Resolves once the run is here. */
  readonly ready: Promise<void>
  write(): void
  close(): void
}

/** The title carries the time at which its writer called the mutator, so any reader on this machine knows its age. */
export function pairEnd(client: PairClient, runId: string, onSeen: (ms: number) => void): PairEnd {
  const mine = new Set<string>()
  let isReady = (): void => undefined
  const ready = new Promise<void>((resolve) => (isReady = resolve))
  const stop = client.subscribe(
    async (tx) => ((await tx.get(`run/${runId}`)) as { title: string } | undefined)?.title ?? '',
    (title) => {
      if (title !== '') isReady()
      if (title.startsWith('at ') && !mine.delete(title)) onSeen(clock() - Number(title.slice(3)))
    },
  )
  return {
    ready,
    write() {
      const title = `at ${clock()}`
      mine.add(title)
      void client.rename(title)
    },
    close: stop,
  }
}
