import type { PermissionId, PlanCommentId, PlanId, PromptId, RunId, RunnerId, UserId } from '#shared/ids.ts'

/**
 * Keys of the rows. The team's space holds `team`, `budgets`, `budget-month`, `prices`, `usage/…`, `member/…`, `runner/…`, `run/…`, `permission/…`, `prompt/…`,
 * `refused/…`, `notification/…`, `share/…`, `plan/…`, `plan-text/…`, `plan-version/…`, `plan-comment/…`, `plan-review/…` and `plan-share/…`; a run's space holds `chunk/…`, `files`, `tasks`, `session` and `artifact/…`. `sys/cookie` is
 * written by the device beside every patch, so that it can tell what it has.
 */
export const keys = {
  cookie: 'sys/cookie',
  team: 'team',
  budgets: 'budgets',
  budgetMonth: 'budget-month',
  prices: 'prices',
  usageDay: (day: string) => `usage/${day}`,
  usageDays: 'usage/',
  member: (id: UserId) => `member/${id}`,
  members: 'member/',
  runner: (id: RunnerId) => `runner/${id}`,
  runners: 'runner/',
  run: (id: RunId) => `run/${id}`,
  runs: 'run/',
  permission: (runId: RunId, id: PermissionId) => `permission/${runId}/${id}`,
  permissionsOf: (runId: RunId) => `permission/${runId}/`,
  permissions: 'permission/',
  prompt: (runId: RunId, id: PromptId) => `prompt/${runId}/${id}`,
  promptsOf: (runId: RunId) => `prompt/${runId}/`,
  prompts: 'prompt/',
  refused: (userId: UserId, clientId: string, mutationId: number) => `refused/${userId}/${clientId}/${mutationId}`,
  refusedOf: (userId: UserId) => `refused/${userId}/`,
  notification: (userId: UserId, runId: RunId, id: string) => `notification/${userId}/${runId}/${id}`,
  notificationsAbout: (userId: UserId, runId: RunId) => `notification/${userId}/${runId}/`,
  notificationsOf: (userId: UserId) => `notification/${userId}/`,
  share: (runId: RunId) => `share/${runId}`,
  shares: 'share/',
  plan: (id: PlanId) => `plan/${id}`,
  plans: 'plan/',
  planText: (id: PlanId) => `plan-text/${id}`,
  planTexts: 'plan-text/',
  planVersion: (id: PlanId, n: number) => `plan-version/${id}/${String(n).padStart(7, '0')}`,
  planVersionsOf: (id: PlanId) => `plan-version/${id}/`,
  planVersions: 'plan-version/',
  planComment: (id: PlanId, comment: PlanCommentId) => `plan-comment/${id}/${comment}`,
  planCommentsOf: (id: PlanId) => `plan-comment/${id}/`,
  planComments: 'plan-comment/',
  planReview: (id: PlanId, user: UserId) => `plan-review/${id}/${user}`,
  planReviewsOf: (id: PlanId) => `plan-review/${id}/`,
  planReviews: 'plan-review/',
  planShare: (id: PlanId) => `plan-share/${id}`,
  planShares: 'plan-share/',
  chunk: (number: number) => `chunk/${String(number).padStart(7, '0')}`,
  chunks: 'chunk/',
  files: 'files',
  tasks: 'tasks',
  session: 'session',
  artifact: (id: string) => `artifact/${id}`,
  artifacts: 'artifact/',
} as const

/** The number of a chunk, counted from 1. */
export function chunkNumber(key: string): number {
  return Number(key.slice(keys.chunks.length))
}
