import { UserId } from '../ids.ts'
import type { CommentAuthor } from './plan-comment.ts'
import { Role } from './team.ts'

/** Who may do what in a team. Small predicates; every one takes the actor's role first. */
const rank: Record<Role, number> = { viewer: 0, member: 1, admin: 2, owner: 3 }

export const canRead = (role: Role | undefined): boolean => role !== undefined
export const canStartRuns = (role: Role | undefined): boolean => atLeast(role, 'member')
export const canSteerRuns = (role: Role | undefined): boolean => atLeast(role, 'member')
export const canAnswer = (role: Role | undefined): boolean => atLeast(role, 'member')
export const canManageTeam = (role: Role | undefined): boolean => atLeast(role, 'admin')
export const canManageRunners = (role: Role | undefined): boolean => atLeast(role, 'admin')
export const canDeleteTeam = (role: Role | undefined): boolean => role === 'owner'

/** Admins invite and change everybody below them; only owners touch owners and make them. */
export function canGrant(actor: Role | undefined, from: Role, to: Role): boolean {
  if (!canManageTeam(actor) || actor === undefined) return false
  if (actor === 'owner') return true
  return rank[from] < rank[actor] && rank[to] < rank.owner
}

/** People change their own queued messages; admins change everybody's. */
export function canChangePrompt(role: Role | undefined, actor: UserId, author: UserId): boolean {
  return canSteerRuns(role) && (actor === author || canManageTeam(role))
}

/** Who started a run, and admins, may show it to people outside of the team; viewers never. */
export function canShareRun(role: Role | undefined, actor: UserId, createdBy: UserId): boolean {
  return canSteerRuns(role) && (actor === createdBy || canManageTeam(role))
}

/** Members use the team's secrets in their runs; admins give, replace and take them away. */
export const canManageSecrets = (role: Role | undefined): boolean => atLeast(role, 'admin')
/** Who may start runs may have secrets for them. */
export const canHaveSecrets = (role: Role | undefined): boolean => atLeast(role, 'member')

export const canEditPlans = (role: Role | undefined): boolean => atLeast(role, 'member')

/** Who made a plan, and admins, delete it for good; everybody who edits may put it into the archive. */
export function canDeletePlan(role: Role | undefined, actor: UserId, createdBy: UserId): boolean {
  return canEditPlans(role) && (actor === createdBy || canManageTeam(role))
}

/** Those who may change a plan say whether it may be done. */
export const canReviewPlans = (role: Role | undefined): boolean => canEditPlans(role)

/** People take back their own comments; admins everybody's, also those of agents. What guests say, everybody of the team who writes. */
export function canRemoveComment(role: Role | undefined, actor: UserId, by: CommentAuthor): boolean {
  if (!canEditPlans(role)) return false
  return by.kind === 'guest' || (by.kind === 'person' && by.userId === actor) || canManageTeam(role)
}

/** Those who may steer a run comment on its changes, mark them and change its files. */
export const canReviewRuns = (role: Role | undefined): boolean => canSteerRuns(role)

/** People take back their own comments; admins everybody's. */
export function canRemoveReviewComment(role: Role | undefined, actor: UserId, author: UserId): boolean {
  return canReviewRuns(role) && (actor === author || canManageTeam(role))
}

/** Who made a plan's link, and admins, change it and stop it; everybody who edits may make one. */
export function canChangePlanShare(role: Role | undefined, actor: UserId, createdBy: UserId): boolean {
  return canEditPlans(role) && (actor === createdBy || canManageTeam(role))
}

export const canEditEnvironments = (role: Role | undefined): boolean => atLeast(role, 'member')

/** Who made an environment, and admins, take it away; everybody who edits may change it, since every change can be taken back. */
export function canDeleteEnvironment(role: Role | undefined, actor: UserId, createdBy: UserId): boolean {
  return canEditEnvironments(role) && (actor === createdBy || canManageTeam(role))
}

function atLeast(role: Role | undefined, least: Role): boolean {
  return role !== undefined && rank[role] >= rank[least]
}
