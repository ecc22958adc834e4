import type { PlanComment } from '#shared/domain/plan-comment.ts'
import { PlanComment as PlanCommentRow } from '#shared/domain/plan-comment.ts'
import type { GuestId } from '#shared/domain/plan-guest.ts'
import { threadsOf } from '#shared/domain/plan-threads.ts'
import { Plan } from '#shared/domain/plan.ts'
import { Member, Runner } from '#shared/domain/team.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import type { SharedAuthor, SharedComment, SharedPlanView } from '#shared/protocol/shared-plan.ts'
import { keys } from '#sync/core/keys.ts'
import type { SpaceStore } from '#sync/server/space-store.ts'
import { firstName } from '../shares/present.ts'
import type { OpenPlan } from './links.ts'
import type { PlanTexts } from './texts.ts'

/** Threads that are settled, of which the newest are told. */
const resolvedTold = 50

/**
 * What of a plan leaves its team: title, state, text, and comments, written anew field by field. Ids of people, runs and the team stay here, and so does whom
 * a mention of another plan or of a run names. `undefined`: there is no such plan any more.
 */
export async function readSharedPlan(
  deps: { readonly store: SpaceStore; readonly texts: PlanTexts },
  open: OpenPlan,
  asked: { readonly guest: GuestId | undefined; readonly have: string | undefined },
): Promise<SharedPlanView | undefined> {
  const { share, teamId, planId } = open
  const space = teamSpace(teamId)
  const [plans, members, runners, comments] = await Promise.all([
    deps.store.read(space, [keys.plan(planId)]),
    deps.store.scan(space, keys.members),
    deps.store.scan(space, keys.runners),
    deps.store.scan(space, keys.planCommentsOf(planId)),
  ])
  const plan = Plan.safeParse(plans.rows[0]?.value).data
  if (plan === undefined) return undefined
  const { tag, markdown } = await deps.texts.read(open, asked.have)
  const named = new Map(
    members.rows.flatMap(({ value }) => {
      const member = Member.safeParse(value).data
      return member === undefined ? [] : [[member.userId, member] as const]
    }),
  )
  const agents = new Map(
    runners.rows.flatMap(({ value }) =>
      (Runner.safeParse(value).data?.harnesses ?? []).map(({ id, name }) => [id, name] as const),
    ),
  )
  function authorOf(by: PlanComment['by']): SharedAuthor {
    switch (by.kind) {
      case 'person': {
        const member = named.get(by.userId)
        return { kind: 'person', name: firstName(member?.name ?? ''), hue: member?.hue ?? 1 }
      }
      case 'guest':
        return { kind: 'guest', name: by.name, hue: 1 }
      case 'agent':
        return { kind: 'agent', name: agents.get(by.harness) ?? by.harness, hue: 1 }
      case 'server':
        return { kind: 'agent', name: 'Drover', hue: 1 }
    }
  }
  const shown = (one: PlanComment): SharedComment => ({
    id: one.id,
    ...(one.thread === undefined ? {} : { thread: one.thread }),
    ...(one.anchor === undefined ? {} : { quote: one.anchor.quote }),
    text: one.text,
    ...(one.suggestion === undefined || one.removed
      ? {}
      : { suggestion: { from: one.suggestion.from, to: one.suggestion.to } }),
    by: authorOf(one.by),
    at: one.at,
    ...(one.editedAt === undefined ? {} : { editedAt: one.editedAt }),
    ...(one.resolved === undefined ? {} : { resolved: true }),
    ...(one.removed === undefined ? {} : { removed: true }),
    ...(one.by.kind === 'guest' && one.by.guestId === asked.guest ? { mine: true } : {}),
  })
  const threads = threadsOf(comments.rows.flatMap(({ value }) => PlanCommentRow.safeParse(value).data ?? []))
  const settled = threads
    .filter(({ first }) => first.resolved !== undefined)
    .toSorted((a, b) => (b.first.resolved?.at ?? 0) - (a.first.resolved?.at ?? 0))
    .slice(0, resolvedTold)
  const told = [...threads.filter(({ first }) => first.resolved === undefined), ...settled]
  return {
    access: share.access,
    sharedBy: firstName(named.get(share.createdBy)?.name ?? ''),
    ...(share.expiresAt === undefined ? {} : { expiresAt: share.expiresAt }),
    title: plan.title,
    state: plan.state,
    updatedAt: plan.updatedAt,
    tag,
    ...(markdown === undefined ? {} : { markdown }),
    comments: told.flatMap(({ first, replies }) => [first, ...replies].map(shown)),
  }
}
