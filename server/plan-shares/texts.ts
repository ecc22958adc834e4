import type { PlanRef } from '#sync/server/plan/plan-store.ts'
import { keyOf } from '#sync/server/plan/plan-rooms.ts'
import type { Plans } from '../plans/create-plans.ts'
import { restAfter } from '../plans/rest-after.ts'

/** Texts kept for those who ask next. */
const maxKept = 20
/** Guests see what is written after so long, whatever its reading takes. */
const maxRestMs = 15_000

export type PlanTexts = {
  /** The Markdown as the document has it, or had it some seconds ago, and its tag; without it where it is the one that is at hand there. */
  read(plan: PlanRef, have: string | undefined): Promise<{ readonly tag: string; readonly markdown?: string }>
}

type Kept = { readonly seq: number; readonly markdown: Promise<string>; restsUntil: number }

/** The texts of shared plans, each read once for all who look at it: however many those are, and however often they ask, the team's writing goes on. */
export function createPlanTexts({
  plans,
  now,
}: {
  readonly plans: Pick<Plans, 'documents' | 'readPlan'>
  readonly now: () => number
}): PlanTexts {
  const kept = new Map<string, Kept>()

  function readAnew(plan: PlanRef, seq: number): Kept {
    const key = keyOf(plan)
    const began = now()
    // It may be newer than its tag by then: then it is sent once more, and nothing is missed.
    const markdown = plans.readPlan(plan).then(({ reading }) => withoutAddresses(reading.markdown))
    const made: Kept = { seq, markdown, restsUntil: Number.POSITIVE_INFINITY }
    const settled = (): void => {
      made.restsUntil = now() + restAfter(now() - began, maxRestMs)
    }
    markdown.then(settled, () => {
      if (kept.get(key) === made) kept.delete(key)
    })
    kept.delete(key)
    kept.set(key, made)
    const [oldest] = kept.keys()
    if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest)
    return made
  }

  return {
    async read(plan, have) {
      const seq = (await plans.documents.facts(plan))?.seq ?? 0
      if (have === String(seq)) return { tag: have }
      const known = kept.get(keyOf(plan))
      const isFresh = known !== undefined && (known.seq === seq || now() < known.restsUntil)
      const text = isFresh ? known : readAnew(plan, seq)
      const tag = String(text.seq)
      return have === tag ? { tag } : { tag, markdown: await text.markdown }
    },
  }
}

/** Mentions keep their words and their kind; ids of plans and runs are the team's. */
export function withoutAddresses(markdown: string): string {
  return markdown.replaceAll(/\(drover:(plan|run|rule|skill)\/[^()\s]*\)/g, '(drover:$1/)')
}
