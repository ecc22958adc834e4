import type { Mutator } from '../mutator.ts'
import type { MutatorName } from './all.ts'
import { answerPermission } from './answer-permission.ts'
import { editPrompt, movePrompt, removePrompt, sendPromptNow } from './change-prompt.ts'
import { createRun } from './create-run.ts'
import { dismissRefusal } from './dismiss-refusal.ts'
import { markNotification, readNotifications } from './mark-notifications.ts'
import { sendPrompt } from './send-prompt.ts'
import { stopRun } from './stop-run.ts'

/**
 * The mutators as a device has them: those of the main job come with the app's first code, all others when the page is idle, or when the first
 * of them is wanted. The service worker keeps both.
 */
const first: Readonly<Partial<Record<MutatorName, unknown>>> = {
  answerPermission,
  createRun,
  dismissRefusal,
  editPrompt,
  markNotification,
  movePrompt,
  readNotifications,
  removePrompt,
  sendPrompt,
  sendPromptNow,
  stopRun,
}

const names: Readonly<Record<MutatorName, true>> = {
  addPlanComment: true,
  addReviewComment: true,
  answerAccessRequest: true,
  answerPermission: true,
  changeEnvironment: true,
  changePlan: true,
  changeProfile: true,
  changeRunFiles: true,
  createEnvironment: true,
  createPlan: true,
  createProfile: true,
  createRun: true,
  createSecret: true,
  deleteEnvironment: true,
  deletePlan: true,
  deleteProfile: true,
  deleteSecret: true,
  describeSecret: true,
  dismissRefusal: true,
  editPlanComment: true,
  editPrompt: true,
  editReviewComment: true,
  markNotification: true,
  markReviewed: true,
  movePrompt: true,
  readNotifications: true,
  removePlanComment: true,
  removePrompt: true,
  removeReviewComment: true,
  renameRun: true,
  replaceSecret: true,
  resolvePlanThread: true,
  resolveReviewThread: true,
  restoreEnvironment: true,
  reviewPlan: true,
  savePlanVersion: true,
  sendPlanComments: true,
  sendPrompt: true,
  sendPromptNow: true,
  sendReviewComments: true,
  setBudget: true,
  setDefaultProfile: true,
  setHarness: true,
  setModelPrice: true,
  setRunProfile: true,
  setTeam: true,
  settleSuggestion: true,
  sharePlan: true,
  shareRun: true,
  stopPlanSharing: true,
  stopRun: true,
  stopSharing: true,
  tellPlanChange: true,
  withdrawReview: true,
}
export const mutatorNames = Object.keys(names) as MutatorName[]

/** So that the first press of a kind finds its mutator here. */
export const prepareMutators = (): Promise<unknown> => import('./all.ts')

/** Rejects when its code can't be reached: neither kept here nor served. */
export async function mutatorOf(name: MutatorName): Promise<Mutator<unknown>> {
  const found: unknown = first[name] ?? (await import('./all.ts')).mutators[name]
  // Whose arguments are checked by its own schema.
  return found as Mutator<unknown>
}
