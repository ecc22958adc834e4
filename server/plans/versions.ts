import { Plan, PlanVersion, type PlanAuthor, type PlanVersionOrigin } from '#shared/domain/plan.ts'
import { PlanVersionId } from '#shared/ids.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { countWords } from '#shared/words.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, putRow } from '#sync/core/transaction.ts'
import type { PlanRef } from '#sync/server/plan/plan-store.ts'
import { transact, type TransactDeps } from '#sync/server/transact.ts'
import type { DocumentStore } from './document-store.ts'
import type { PlanReading } from './reading.ts'
import { textDigest } from './text-digest.ts'
import type { PlanTimes } from './times.ts'

export type VersionsDeps = TransactDeps & {
  readonly documents: Pick<DocumentStore, 'facts' | 'versioned' | 'version'>
  readonly readPlan: (plan: PlanRef) => Promise<{ readonly reading: PlanReading; readonly seq: number }>
  readonly newId: () => string
  readonly times: Pick<PlanTimes, 'pauseMs'>
}

/** A version that is made on this side. */
export type NewVersion = Pick<PlanVersion, 'by' | 'origin' | 'runId' | 'label'> & { readonly markdown: string }

/** `receipt`: of two tries to make it, one does. `ifNewest`: only while that is the number of the newest version. */
export type Only = { readonly receipt: string; readonly ifNewest?: number }

export type Versions = {
  /** `undefined`: there is no such plan. */
  make(plan: PlanRef, version: NewVersion, only?: Only): Promise<PlanVersion | undefined>
  /** After a pause of editing: a version by all who wrote, unless the newest one says the same. */
  afterPause(plan: PlanRef): Promise<void>
  /** Nobody is in the plan any more: a version at once, where the newest one is older than a pause. */
  afterUnload(plan: PlanRef): Promise<void>
}

/** Of `PlanVersion.by`. */
const maxAuthors = 20

export function createVersions(deps: VersionsDeps): Versions {
  const { documents } = deps

  async function make(
    plan: PlanRef,
    { markdown, ...version }: NewVersion,
    only?: Only,
  ): Promise<PlanVersion | undefined> {
    const space = teamSpace(plan.teamId)
    let made: PlanVersion | undefined
    await transact(
      deps,
      async (tx) => {
        made = undefined
        const rows = tx.space(space)
        const row = await getRow(rows, keys.plan(plan.planId), Plan)
        if (row === undefined || (only?.ifNewest !== undefined && row.version !== only.ifNewest)) return false
        made = {
          ...version,
          planId: plan.planId,
          n: row.version + 1,
          id: PlanVersionId.parse(deps.newId()),
          at: tx.now,
          words: countWords(markdown),
          digest: textDigest(markdown),
        }
        // Whoever sends it to an agent has taken it up.
        const untouched = version.origin === 'mention' ? undefined : row.untouched
        await putRow(rows, keys.plan(plan.planId), { ...row, version: made.n, untouched } satisfies Plan)
        await putRow(rows, keys.planVersion(plan.planId, made.n), made)
        tx.effect({ type: 'plan_version', ...plan, versionId: made.id, n: made.n, markdown })
        return undefined
      },
      only === undefined ? {} : { intent: { space, effect: only.receipt } },
    )
    return made
  }

  async function newest(plan: PlanRef): Promise<PlanVersion | undefined> {
    const { rows } = await deps.store.read(teamSpace(plan.teamId), [keys.plan(plan.planId)])
    const row = Plan.safeParse(rows[0]?.value)
    if (!row.success || row.data.version === 0) return undefined
    const read = await deps.store.read(teamSpace(plan.teamId), [keys.planVersion(plan.planId, row.data.version)])
    const version = PlanVersion.safeParse(read.rows[0]?.value)
    return version.success ? version.data : undefined
  }

  async function afterPause(plan: PlanRef): Promise<void> {
    const facts = await documents.facts(plan)
    if (facts === undefined || facts.versionedSeq >= facts.seq) return
    const { reading, seq } = await deps.readPlan(plan)
    const { markdown } = reading
    const last = await newest(plan)
    const said = last === undefined ? '' : await documents.version(plan, last.id)
    if (said !== markdown) {
      const wrote = facts.writers.filter(({ at }) => last === undefined || at > last.at)
      const by = wrote.toSorted((a, b) => b.at - a.at).map(({ author }) => author)
      const origin: PlanVersionOrigin = 'pause'
      const authors: PlanAuthor[] = by.length === 0 ? [facts.changedBy] : by.slice(0, maxAuthors)
      const receipt = `plan-pause/${plan.planId}/${seq}`
      const made = await make(plan, { markdown, by: authors, origin }, { ifNewest: last?.n ?? 0, receipt })
      // Somebody else has just made one: the next round looks again.
      if (made === undefined) return
    }
    await documents.versioned(plan, seq, facts.changedAt)
  }

  return {
    make,
    afterPause,
    async afterUnload(plan) {
      const last = await newest(plan)
      if (last === undefined || deps.now() - last.at > deps.times.pauseMs) await afterPause(plan)
    },
  }
}
