import { z } from 'zod'
import { planCommentLimit, planQuoteLimit } from '../domain/plan-comment.ts'
import { GuestName } from '../domain/plan-guest.ts'
import { PlanShareAccess } from '../domain/plan-share.ts'
import { planMarkdownLimit, PlanState, planTitleLimit } from '../domain/plan.ts'
import { PlanCommentId, TeamId, type PlanId } from '../ids.ts'

/** What somebody with a link sees of a plan, at `/api/v1/shared-plan/<planId>/<secret>`. No id of a person, a run or a team is in it. */

/** Who said it. `guest`: somebody with the link, under a name of their own choice. */
export const SharedAuthor = z.object({ kind: z.enum(['person', 'agent', 'guest']), name: z.string(), hue: z.number() })
export type SharedAuthor = z.infer<typeof SharedAuthor>

export const SharedComment = z.object({
  id: PlanCommentId,
  thread: PlanCommentId.optional(),
  quote: z.string().optional(),
  text: z.string(),
  /** Other words for those that a thread is about. */
  suggestion: z.object({ from: z.string(), to: z.string() }).optional(),
  by: SharedAuthor,
  at: z.number(),
  editedAt: z.number().optional(),
  resolved: z.literal(true).optional(),
  removed: z.literal(true).optional(),
  /** Written by who asks, who may change and delete it. */
  mine: z.literal(true).optional(),
})
export type SharedComment = z.infer<typeof SharedComment>

export const SharedPlanView = z.object({
  access: PlanShareAccess,
  sharedBy: z.string(),
  expiresAt: z.number().optional(),
  title: z.string().max(planTitleLimit),
  state: PlanState,
  updatedAt: z.number(),
  /** Names this very text; `markdown` is left out where the page has it already (`?have=<tag>`). */
  tag: z.string(),
  markdown: z.string().max(planMarkdownLimit).optional(),
  /** Open threads, and the newest of those that are settled. */
  comments: z.array(SharedComment),
})
export type SharedPlanView = z.infer<typeof SharedPlanView>

/** The plan is one of a team that who asks is in: they have the app for it. */
export const SharedPlanGate = z.object({ gate: z.literal('member'), teamId: TeamId, chosen: z.boolean() })
export type SharedPlanGate = z.infer<typeof SharedPlanGate>

/** `GET …`: 200 in any case where the link is right. */
export const SharedPlanAnswer = z.union([SharedPlanView, SharedPlanGate])
export type SharedPlanAnswer = z.infer<typeof SharedPlanAnswer>

/** One server-sent event of `GET …/live`. It carries nothing of the plan: what is new is asked for, and so is refused once sharing is over. */
export const SharedPlanEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('changed') }),
  z.object({ type: z.literal('ping'), at: z.number() }),
  /** Nothing follows: sharing is over. */
  z.object({ type: z.literal('ended') }),
])
export type SharedPlanEvent = z.infer<typeof SharedPlanEvent>

/** The header in which a guest's device says what makes it theirs (`GuestToken`). */
export const guestTokenHeader = 'x-guest-token'

const text = z.string().trim().min(1).max(planCommentLimit)

/** `POST …/comments`. The same id again, from the same guest, changes nothing. */
export const GuestComment = z.object({
  id: PlanCommentId,
  name: GuestName,
  text,
  thread: PlanCommentId.optional(),
  /** Words of the plan that it is about, within one line of text; `nth`: where they stand more than once, counted from 0. */
  about: z
    .object({ quote: z.string().trim().min(1).max(planQuoteLimit), nth: z.number().int().nonnegative().max(1_000_000) })
    .optional(),
})
export type GuestComment = z.infer<typeof GuestComment>

/** `PUT …/comments/<id>` */
export const GuestEdit = z.object({ text })

export const sharedPlanPath = (planId: PlanId, secret: string): string => `/shared-plan/${planId}/${secret}`
