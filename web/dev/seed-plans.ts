import type { Plan, PlanAuthor, PlanState, PlanText } from '#shared/domain/plan.ts'
import { HarnessId } from '#shared/domain/harness.ts'
import { PlanId, RunId, UserId, uuidv7 } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'

const minute = 60_000
const hour = 60 * minute
const id = (index: number) => PlanId.parse(uuidv7(1_710_000_000_000 + index, new Uint8Array(10).fill(index % 251)))

export const seedPlanIds = { billing: id(1), webhooks: id(2), onCall: id(3), limits: id(4), old: id(5) } as const

/** The plans of the mocks. */
export function seedPlans(now: number): Record<string, object> {
  const rows: Record<string, object> = {}
  const mara: PlanAuthor = { kind: 'person', userId: UserId.parse('mara') }
  const jonas: PlanAuthor = { kind: 'person', userId: UserId.parse('jonas') }
  const claude: PlanAuthor = {
    kind: 'agent',
    runId: RunId.parse(uuidv7(1_700_000_000_000, new Uint8Array(10))),
    harness: HarnessId.parse('claude-code'),
  }
  const plan = (
    planId: PlanId,
    title: string,
    state: PlanState,
    updatedBy: PlanAuthor,
    ago: number,
    more: Partial<Plan>,
    markdown = `# ${title}\n\n${more.excerpt ?? ''}\n`,
  ) => {
    rows[keys.plan(planId)] = {
      id: planId,
      title,
      folder: '',
      state,
      createdBy: UserId.parse('mara'),
      createdAt: now - ago - 3 * hour,
      updatedAt: now - ago,
      updatedBy,
      excerpt: '',
      words: 214,
      steps: { done: 0, total: 0 },
      version: 3,
      ...more,
    } satisfies Plan
    rows[keys.planText(planId)] = { planId, markdown, whole: true } satisfies PlanText
  }
  plan(seedPlanIds.billing, 'Extract billing into its own package', 'executing', claude, 2 * minute, {
    folder: 'billing',
    words: 612,
    steps: { done: 3, total: 12 },
    excerpt:
      'Checkout, the admin app and the worker each keep a copy of the invoice rules. They drifted twice this year.',
  })
  plan(seedPlanIds.webhooks, 'Deliver webhooks at least once', 'in_review', jonas, 41 * minute, {
    folder: 'billing/events',
    createdBy: UserId.parse('jonas'),
    words: 1240,
    steps: { done: 0, total: 7 },
    excerpt: 'A receipt for every delivery, and a queue that survives a restart.',
  })
  plan(seedPlanIds.onCall, 'What to do when checkout is down', 'approved', mara, 26 * hour, {
    folder: 'runbooks',
    words: 388,
    steps: { done: 0, total: 9 },
    excerpt: 'Ten minutes, in order, by whoever is awake.',
  })
  plan(seedPlanIds.limits, '', 'draft', mara, 27 * hour, { words: 0 }, '')
  plan(seedPlanIds.old, 'Move the CI cache', 'done', jonas, 75 * hour, {
    createdBy: UserId.parse('tomoko'),
    steps: { done: 5, total: 5 },
    excerpt: 'From the shared disk to object storage.',
  })
  return rows
}
