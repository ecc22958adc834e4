import type { SpaceId } from '#shared/protocol/sync.ts'
import type { Effect } from '#sync/core/mutator.ts'
import type { WriteTransaction } from '#sync/core/transaction.ts'
import type { Hub } from './hub.ts'
import { createRecordedTransaction, type RecordedTransaction } from './recorded-transaction.ts'
import type { Commit, CommitOutcome, JobMove, SpaceStore } from './space-store.ts'

export type ServerTransaction = {
  readonly now: number
  /** The rows of a space, read and written as one. */
  space(id: SpaceId): WriteTransaction
  effect(effect: Effect): void
  /** Moves one run's job in the same transaction; a second call adds to the first. */
  job(move: JobMove): void
}

const maxTries = 20

export type TransactDeps = {
  readonly store: SpaceStore
  readonly hub: Hub
  readonly now: () => number
  readonly onEffects: (effects: readonly Effect[]) => void
}

/** Commits; when it is not known whether that was done, those who follow the spaces are told what the store says. */
export async function commitOrDoubt(deps: Pick<TransactDeps, 'store' | 'hub'>, commit: Commit): Promise<CommitOutcome> {
  try {
    return await deps.store.commit(commit)
  } catch (error) {
    for (const { space } of commit.spaces) deps.hub.doubt(space)
    throw error
  }
}

/**
 * Runs `body` over recorded reads and commits it, again from the start when what it read has changed meanwhile. With a
 * job move whose conditions do not hold, it ends as `conflict` after the tries; `body` can return `false` to commit nothing.
 */
export async function transact(
  deps: TransactDeps,
  body: (tx: ServerTransaction) => Promise<void | false>,
  /** Who acts, and what must not happen twice. */
  by: Pick<Commit, 'user' | 'intent'> = {},
): Promise<CommitOutcome | { readonly status: 'nothing' }> {
  let outcome: CommitOutcome = { status: 'conflict' }
  for (let attempt = 0; attempt < maxTries && outcome.status === 'conflict'; attempt++) {
    const spaces = new Map<SpaceId, RecordedTransaction>()
    const effects: Effect[] = []
    let move: JobMove | undefined
    const now = deps.now()
    const result = await body({
      now,
      space(id) {
        const known = spaces.get(id) ?? createRecordedTransaction(deps.store, id)
        spaces.set(id, known)
        return known
      },
      effect: (effect) => effects.push(effect),
      job: (next) => (move = { ...move, ...next }),
    })
    if (result === false) return { status: 'nothing' }
    const writes = [...spaces.values()].map((tx) => tx.writes()).filter((one) => one.puts.length + one.dels.length > 0)
    const commit: Commit = {
      now,
      spaces: writes,
      effects,
      ...by,
      ...(move === undefined ? {} : { job: move }),
    }
    outcome = await commitOrDoubt(deps, commit)
    if (outcome.status !== 'committed' && outcome.status !== 'repeated_intent') continue
    const isNew = outcome.status === 'committed'
    for (const [space, tx] of spaces) {
      const version = outcome.versions[space]
      if (version === undefined) continue
      deps.hub.publish({ space, base: version - 1, version, patch: isNew ? tx.patch() : [], mutations: [] })
    }
    if (isNew && effects.length > 0) deps.onEffects(effects)
  }
  return outcome
}
