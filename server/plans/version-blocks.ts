import { PlanVersion } from '#shared/domain/plan.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import type { Effect } from '#sync/core/mutator.ts'
import { getRow, putRow } from '#sync/core/transaction.ts'
import { transact, type TransactDeps } from '#sync/server/transact.ts'
import type { DocumentStore } from './document-store.ts'
import type { ReadingThread } from './reading-thread.ts'

/** Versions that wait to be compared; what comes beyond that shows no numbers. */
const maxWaiting = 500

export type VersionBlocksDeps = TransactDeps & {
  readonly documents: Pick<DocumentStore, 'version'>
  readonly compareTexts: ReadingThread['count']
  readonly onError: (error: unknown) => void
}

type Made = Extract<Effect, { type: 'plan_version' }>

/** Writes down with each version how many blocks are new and gone against the one before. One that a process which died left out shows nothing. */
export type VersionBlocks = {
  /** A version was made. */
  note(made: Made): void
  /** Resolves when the one under way is done; nothing comes after it. */
  close(): Promise<void>
}

export function createVersionBlocks(deps: VersionBlocksDeps): VersionBlocks {
  const waiting: Omit<Made, 'markdown' | 'type'>[] = []
  let working: Promise<void> | undefined
  let closed = false

  async function work(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined && !closed; next = waiting.shift())
      await compare(deps, next).catch(deps.onError)
    working = undefined
  }

  return {
    note({ teamId, planId, versionId, n }) {
      // The text is in the database: it is not held here for as long as others are compared.
      if (closed || waiting.length >= maxWaiting) return
      waiting.push({ teamId, planId, versionId, n })
      working ??= work()
    },
    async close() {
      closed = true
      await working
    },
  }
}

async function compare(
  deps: VersionBlocksDeps,
  { teamId, planId, versionId, n }: Omit<Made, 'markdown' | 'type'>,
): Promise<void> {
  const [plan, space] = [{ teamId, planId }, teamSpace(teamId)]
  const key = keys.planVersion(planId, n)
  const { rows } = await deps.store.read(space, n > 1 ? [keys.planVersion(planId, n - 1)] : [])
  const before = PlanVersion.safeParse(rows[0]?.value).data
  const [was, is] = await Promise.all([
    before === undefined ? '' : deps.documents.version(plan, before.id),
    deps.documents.version(plan, versionId),
  ])
  if (was === undefined || is === undefined || (n > 1 && before === undefined)) return
  const blocks = await deps.compareTexts(was, is)
  await transact(deps, async (tx) => {
    const versions = tx.space(space)
    const row = await getRow(versions, key, PlanVersion)
    if (row?.id !== versionId || row.blocks !== undefined) return false
    await putRow(versions, key, { ...row, blocks } satisfies PlanVersion)
    return undefined
  })
}
