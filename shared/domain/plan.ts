import { z } from 'zod'
import { HarnessId } from './harness.ts'
import { PlanId, PlanVersionId, RunId, UserId } from '../ids.ts'

/** UTF-16 units of a title, and of the name of a version. */
export const planTitleLimit = 200
export const planLabelLimit = 120
/** UTF-16 units of a plan as Markdown: some 150,000 words. */
export const planMarkdownLimit = 1_000_000
/** UTF-16 units of a plan's text that every device has at hand; the whole is in the plan's document. */
export const planTextLimit = 20_000

/** Names separated by `/`; empty: in no folder. */
export const PlanFolder = z
  .string()
  .max(200)
  .regex(/^(?:[^/\s](?:[^/]*[^/\s])?(?:\/[^/\s](?:[^/]*[^/\s])?)*)?$/, 'names separated by “/”')

export const planStates = ['draft', 'in_review', 'approved', 'executing', 'done'] as const
export const PlanState = z.enum(planStates)
export type PlanState = z.infer<typeof PlanState>

/** Whose hand it was. `server`: nobody's alone, such as a version after a pause. */
export const PlanAuthor = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('person'), userId: UserId }),
  z.object({ kind: z.literal('agent'), runId: RunId, harness: HarnessId }),
  z.object({ kind: z.literal('server') }),
])
export type PlanAuthor = z.infer<typeof PlanAuthor>

/** Row `plan/<planId>`: what a list shows. Its text is a document of its own, from which the server reads the facts here. */
export const Plan = z.object({
  id: PlanId,
  /** The first heading of the document, or its first words. */
  title: z.string().max(planTitleLimit),
  folder: PlanFolder,
  state: PlanState,
  createdBy: UserId,
  createdAt: z.number(),
  /** Of the last change of the text or of a fact here. */
  updatedAt: z.number(),
  updatedBy: PlanAuthor,
  archivedAt: z.number().optional(),
  /** What follows the title, for a list. */
  excerpt: z.string().max(300),
  words: z.number().int().nonnegative(),
  /** Boxes of the check lists. */
  steps: z.object({ done: z.number().int().nonnegative(), total: z.number().int().nonnegative() }),
  /** The number of its newest version; 0: none yet. */
  version: z.number().int().nonnegative(),
  /** The agent of this run made it, and no person has taken it up: moved it, named a version, written in it or commented on it. */
  untouched: RunId.optional(),
  /** Runs at it are told by themselves what is changed in it, in the name of this person, who switched it on. */
  tells: z.object({ by: UserId, at: z.number() }).optional(),
})
export type Plan = z.infer<typeof Plan>

/** Row `plan-text/<planId>`: the document as Markdown, to search and to read without an editor. */
export const PlanText = z.object({
  planId: PlanId,
  markdown: z.string().max(planTextLimit),
  /** `false`: there is more than this. */
  whole: z.boolean(),
})
export type PlanText = z.infer<typeof PlanText>

/**
 * What a version was made by: an agent's change, a run that starts from it, taking an older one back, a person who named it, a pause of editing, a
 * file that was brought in, a message that took it to an agent, somebody's review of what they saw, a suggestion that was accepted.
 */
export const planVersionOrigins = [
  'agent',
  'execute',
  'restore',
  'named',
  'pause',
  'import',
  'mention',
  'review',
  'suggestion',
] as const
export const PlanVersionOrigin = z.enum(planVersionOrigins)
export type PlanVersionOrigin = z.infer<typeof PlanVersionOrigin>

/** Row `plan-version/<planId>/<n>`. Its text, Markdown, is at `GET /api/v1/plans/<planId>/versions/<id>` and never changes. */
export const PlanVersion = z.object({
  planId: PlanId,
  /** Counted from 1. */
  n: z.number().int().positive(),
  id: PlanVersionId,
  at: z.number(),
  /** Everybody who wrote since the version before, the one who made it first. */
  by: z.array(PlanAuthor).min(1).max(20),
  origin: PlanVersionOrigin,
  runId: RunId.optional(),
  label: z.string().min(1).max(planLabelLimit).optional(),
  /** The number of the version that was taken back. */
  restoredFrom: z.number().int().positive().optional(),
  words: z.number().int().nonnegative(),
  /** Names its text, by the server: two versions with the same one say the same. */
  digest: z.string().max(64).optional(),
  /** Blocks that are new or gone against the version before, by the server, some moments later; a changed one counts for both. */
  blocks: z.object({ added: z.number().int().nonnegative(), removed: z.number().int().nonnegative() }).optional(),
})
export type PlanVersion = z.infer<typeof PlanVersion>
