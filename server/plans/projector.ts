import { Plan, PlanText, planTextLimit } from '#shared/domain/plan.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, putRow, toJson } from '#sync/core/transaction.ts'
import { canonicalJson } from '#shared/json.ts'
import { keyOf } from '#sync/server/plan/plan-rooms.ts'
import type { PlanRef } from '#sync/server/plan/plan-store.ts'
import { transact, type TransactDeps } from '#sync/server/transact.ts'
import type { DocumentFacts, DocumentStore } from './document-store.ts'
import { restAfter } from './rest-after.ts'
import type { PlanReading } from './reading.ts'
import type { PlanTimes } from './times.ts'

export type ProjectorDeps = TransactDeps & {
  readonly documents: Pick<DocumentStore, 'facts' | 'projected'>
  readonly readPlan: (plan: PlanRef) => Promise<{ readonly reading: PlanReading; readonly seq: number }>
  readonly times: Pick<PlanTimes, 'settleMs' | 'latestMs'>
  readonly onError: (error: unknown) => void
}

/** Keeps the rows of a plan in step with its document. */
export type Projector = {
  /** The document has changed: its rows follow when it rests, or when they are far enough behind. */
  changed(plan: PlanRef): void
  /** Resolves when its rows say what the document says now. */
  project(plan: PlanRef): Promise<void>
  /** Resolves when what is due has been done; nothing comes after it. */
  close(): Promise<void>
}

/** The rows are never left behind for longer: the first reading of a process waits for its thread. */
const longestRestMs = 3_000

export function createProjector(deps: ProjectorDeps): Projector {
  type Due = { readonly plan: PlanRef; readonly since: number; timer: ReturnType<typeof setTimeout> }
  const due = new Map<string, Due>()
  const working = new Map<string, Promise<void>>()
  /** Not before then, by what the last reading cost. */
  const rests = new Map<string, number>()
  let closed = false

  function changed(plan: PlanRef): void {
    if (closed) return
    const key = keyOf(plan)
    const known = due.get(key)
    const now = deps.now()
    const since = known?.since ?? now
    clearTimeout(known?.timer)
    const wished = Math.min(now + deps.times.settleMs, since + deps.times.latestMs)
    const at = Math.max(wished, rests.get(key) ?? 0)
    const timer = setTimeout(() => fire(key, plan), Math.max(0, at - now))
    due.set(key, { plan, since, timer })
  }

  function fire(key: string, plan: PlanRef): void {
    due.delete(key)
    const before = working.get(key)
    const done = (before ?? Promise.resolve())
      .then(() => project(plan))
      .catch(deps.onError)
      .finally(() => {
        if (working.get(key) === done) working.delete(key)
      })
    working.set(key, done)
  }

  async function project(plan: PlanRef): Promise<void> {
    const facts = await deps.documents.facts(plan)
    if (facts === undefined) return
    const began = deps.now()
    const { reading, seq } = await deps.readPlan(plan)
    rest(keyOf(plan), began)
    await transact(deps, async (tx) => {
      const rows = tx.space(teamSpace(plan.teamId))
      const row = await getRow(rows, keys.plan(plan.planId), Plan)
      if (row === undefined) return false
      const { markdown, ...said } = reading
      const next: Plan = {
        ...row,
        ...said,
        untouched: isByPerson(facts) ? undefined : row.untouched,
        ...(facts.changedAt > row.updatedAt ? { updatedAt: facts.changedAt, updatedBy: facts.changedBy } : {}),
      }
      const text = textOf(plan, markdown)
      const known = await getRow(rows, keys.planText(plan.planId), PlanText)
      const isKnown = isSame(next, row)
      const isKnownText = known === undefined ? markdown === '' : isSame(text, known)
      if (!isKnown) await putRow(rows, keys.plan(plan.planId), next)
      if (!isKnownText) await putRow(rows, keys.planText(plan.planId), text)
      return isKnown && isKnownText ? false : undefined
    })
    await deps.documents.projected(plan, seq)
  }

  function rest(key: string, began: number): void {
    const now = deps.now()
    for (const [other, until] of rests) if (until <= now) rests.delete(other)
    rests.set(key, now + restAfter(now - began, longestRestMs))
  }

  return {
    changed,
    project,
    async close() {
      closed = true
      for (const [key, { plan, timer }] of due) {
        clearTimeout(timer)
        fire(key, plan)
      }
      await Promise.all(working.values())
    },
  }
}

function isByPerson({ changedBy, writers }: DocumentFacts): boolean {
  return [changedBy, ...writers.map(({ author }) => author)].some(({ kind }) => kind === 'person')
}

function textOf({ planId }: PlanRef, markdown: string): PlanText {
  const whole = markdown.length <= planTextLimit
  return { planId, markdown: whole ? markdown : cut(markdown, planTextLimit), whole }
}

/** Not in the middle of a character. */
function cut(text: string, units: number): string {
  const last = text.charCodeAt(units - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? units - 1 : units)
}

function isSame(a: object, b: object): boolean {
  return canonicalJson(toJson(a)) === canonicalJson(toJson(b))
}
