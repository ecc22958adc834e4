import { randomBytes } from 'node:crypto'

/** States of plans that agents were shown, each under a revision, so that what they write is applied to what they had read. */
export type ReadStates = {
  /** Keeps a state for a run; returns its revision. */
  keep(of: StateOf, state: Uint8Array): string
  /** `undefined`: it is not kept any more, or is another run's or plan's. */
  find(of: StateOf, revision: string): Uint8Array | undefined
}

export type StateOf = { readonly runId: string; readonly planId: string }

export type ReadStatesBounds = {
  readonly bytes: number
  readonly states: number
  /** Of one plan for one run. */
  readonly each: number
  readonly ageMs: number
}

const usual: ReadStatesBounds = { bytes: 64_000_000, states: 1_000, each: 8, ageMs: 12 * 60 * 60_000 }

export function createReadStates(now: () => number, bounds: ReadStatesBounds = usual): ReadStates {
  /** The oldest first. */
  const kept = new Map<string, StateOf & { readonly state: Uint8Array; readonly at: number }>()
  let bytes = 0

  function drop(revision: string): void {
    bytes -= kept.get(revision)?.state.length ?? 0
    kept.delete(revision)
  }

  function prune(): void {
    for (const [revision, { at }] of kept) {
      if (bytes <= bounds.bytes && kept.size <= bounds.states && now() - at <= bounds.ageMs) return
      drop(revision)
    }
  }

  const isOf = (one: StateOf, { runId, planId }: StateOf): boolean => one.runId === runId && one.planId === planId

  return {
    keep({ runId, planId }, state) {
      const revision = randomBytes(6).toString('hex')
      const mine = [...kept].filter(([, one]) => isOf(one, { runId, planId })).map(([name]) => name)
      for (const old of mine.slice(0, Math.max(0, mine.length - bounds.each + 1))) drop(old)
      kept.set(revision, { runId, planId, state, at: now() })
      bytes += state.length
      prune()
      return revision
    },
    find(of, revision) {
      prune()
      const one = kept.get(revision)
      return one !== undefined && isOf(one, of) ? one.state : undefined
    },
  }
}
