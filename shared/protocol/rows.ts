import type { z } from 'zod'
import { Environment, EnvironmentRevision } from '../domain/environment.ts'
import { BudgetMonth, Budgets } from '../domain/budget.ts'
import { RefusedMutation } from '../domain/notice.ts'
import { AgentNotification } from '../domain/notification.ts'
import { Permission } from '../domain/permission.ts'
import { Plan, PlanText, PlanVersion } from '../domain/plan.ts'
import { GitIdentity } from '../domain/git-person.ts'
import { PlanShare } from '../domain/plan-share.ts'
import { PlanComment } from '../domain/plan-comment.ts'
import { PlanReview } from '../domain/plan-review.ts'
import { Profile, ProfileChoice } from '../domain/profile.ts'
import { Prompt } from '../domain/prompt.ts'
import { ReviewChange } from '../domain/review-change.ts'
import { ReviewComment } from '../domain/review-comment.ts'
import { RunPublish } from '../domain/run-publish.ts'
import { ReviewMarks } from '../domain/review-marks.ts'
import { TeamPrices } from '../domain/team-prices.ts'
import { UsageDay } from '../domain/usage-day.ts'
import { Run } from '../domain/run.ts'
import { Secret, SecretKey } from '../domain/secret.ts'
import { Share } from '../domain/share.ts'
import { RunTerminal } from '../domain/terminal.ts'
import { Snapshot } from '../domain/snapshot.ts'
import { Member, Runner, Team } from '../domain/team.ts'
import { Artifact, RunFiles, RunSession, RunTasks, TranscriptChunk } from '../domain/transcript.ts'

/** Every kind of synced row, by the first part of its key. A change of one is a change of `schemaVersion`, unless it only adds. */
export const rowSchemas: Readonly<Record<string, z.ZodType>> = {
  team: Team,
  member: Member,
  runner: Runner,
  run: Run,
  permission: Permission,
  prompt: Prompt,
  refused: RefusedMutation,
  notification: AgentNotification,
  'secret-key': SecretKey,
  secret: Secret,
  'own-secret': Secret,
  profile: Profile,
  'own-profile': Profile,
  'own-default': ProfileChoice,
  'own-git': GitIdentity,
  share: Share,
  plan: Plan,
  'plan-text': PlanText,
  'plan-version': PlanVersion,
  'plan-comment': PlanComment,
  'plan-review': PlanReview,
  'plan-share': PlanShare,
  environment: Environment,
  'environment-revision': EnvironmentRevision,
  'review-comment': ReviewComment,
  'review-change': ReviewChange,
  'review-marks': ReviewMarks,
  'run-publish': RunPublish,
  budgets: Budgets,
  'budget-month': BudgetMonth,
  prices: TeamPrices,
  usage: UsageDay,
  chunk: TranscriptChunk,
  files: RunFiles,
  tasks: RunTasks,
  session: RunSession,
  artifact: Artifact,
  terminal: RunTerminal,
  snapshot: Snapshot,
}
