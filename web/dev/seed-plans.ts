import type { Plan, PlanAuthor, PlanState, PlanText } from '#shared/domain/plan.ts'
import type { PlanReview } from '#shared/domain/plan-review.ts'
import { HarnessId } from '#shared/domain/harness.ts'
import { PlanId, PlanVersionId, RunId, UserId, uuidv7 } from '#shared/ids.ts'
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
  const review = (planId: PlanId, userId: string, verdict: PlanReview['verdict'], ago: number, note?: string) => {
    const by = UserId.parse(userId)
    rows[keys.planReview(planId, by)] = {
      planId,
      userId: by,
      verdict,
      ...(note === undefined ? {} : { note }),
      version: 3,
      versionId: PlanVersionId.parse(uuidv7(1_710_000_000_000, new Uint8Array(10).fill(3))),
      at: now - ago,
    } satisfies PlanReview
  }
  review(seedPlanIds.webhooks, 'mara', 'approved', 20 * minute)
  review(seedPlanIds.webhooks, 'tomoko', 'changes_requested', 12 * minute, 'What if the queue is full?')
  review(seedPlanIds.onCall, 'jonas', 'approved', 27 * hour)
  return rows
}

/** The text of the plan of the mock. */
export const billingText = `# Extract billing into its own package

Checkout, the admin app and the worker each keep a copy of the invoice rules. They drifted twice this year. One package, one set of tests.

## Why now

The third copy was made in October. See [the incident](https://example.com/incidents/41).

## Phase 1 · Draw the border

Nothing outside \`packages/billing\` may import from inside it except through the public entry point. The check runs in CI and fails on the first new violation.

\`\`\`js
// eslint.config.js
"import/no-internal-modules": ["error", {
  allow: ["@northwind/billing"],
}]
\`\`\`

### Rules for the border

| Rule | Where | Since |
| --- | --- | --- |
| No deep imports | everywhere but \`test/\` | 2.3 |
| One owner | \`CODEOWNERS\` | 2.4 |

### Steps

- [x] Move invoice models and their tests
- [x] Replace the three copies of \`roundTax\`
- [x] Forbid deep imports
- [ ] Rewrite imports across 61 files
- [ ] Clear stale builds, list the tarball
- [ ] Delete the old import paths

## Phase 2 · Publish it

Release \`2.4.0\` to the private registry first, then point checkout at it behind a flag for two days. If invoice totals differ by a cent, the flag turns itself off.

- [ ] Publish a release candidate
- [ ] Compare totals on last month’s invoices

> Nobody merges on a Friday.

## Phase 3 · Remove the old

1. Delete the three copies once the flag has been on for a week.
2. Tell the team.
`
