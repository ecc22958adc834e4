import type { PlanRef } from '#sync/server/plan/plan-store.ts'
import { keyOf } from '#sync/server/plan/plan-rooms.ts'
import type { Plans } from '../plans/create-plans.ts'

/** Texts kept for those who ask next: reading a document takes the time of everybody who writes. */
const maxKept = 20

export type PlanTexts = {
  /** The Markdown as the document has it, and its tag; without it where it is the one that is at hand there. */
  read(plan: PlanRef, have: string | undefined): Promise<{ readonly tag: string; readonly markdown?: string }>
}

/** The texts of shared plans, each read once for all who look at it. */
export function createPlanTexts(plans: Pick<Plans, 'documents' | 'readPlan'>): PlanTexts {
  const kept = new Map<string, { readonly seq: number; readonly markdown: Promise<string> }>()

  return {
    async read(plan, have) {
      const seq = (await plans.documents.facts(plan))?.seq ?? 0
      const tag = String(seq)
      if (have === tag) return { tag }
      const key = keyOf(plan)
      const known = kept.get(key)
      if (known?.seq === seq) return { tag, markdown: await known.markdown }
      // It may be newer than its tag by then: then it is sent once more, and nothing is missed.
      const markdown = plans.readPlan(plan).then(({ reading }) => withoutAddresses(reading.markdown))
      kept.delete(key)
      kept.set(key, { seq, markdown })
      const [oldest] = kept.keys()
      if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest)
      try {
        return { tag, markdown: await markdown }
      } catch (error) {
        if (kept.get(key)?.markdown === markdown) kept.delete(key)
        throw error
      }
    },
  }
}

/** Mentions keep their words and their kind; ids of plans and runs are the team's. */
export function withoutAddresses(markdown: string): string {
  return markdown.replaceAll(/\(drover:(plan|run|rule|skill)\/[^()\s]*\)/g, '(drover:$1/)')
}
