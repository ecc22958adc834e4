import { setBudget, setModelPrice } from './budgets.ts'
import { answerPermission } from './answer-permission.ts'
import { editPrompt, movePrompt, removePrompt, sendPromptNow } from './change-prompt.ts'
import {
  addPlanComment,
  editPlanComment,
  removePlanComment,
  resolvePlanThread,
  sendPlanComments,
} from './plan-comments.ts'
import { reviewPlan, withdrawReview } from './review-plan.ts'
import { changePlan, createPlan, deletePlan, savePlanVersion } from './plans.ts'
import { changeEnvironment, createEnvironment, deleteEnvironment, restoreEnvironment } from './environments.ts'
import { createRun } from './create-run.ts'
import { tellPlanChange } from './tell-plan-change.ts'
import { changeRunFiles } from './change-run-files.ts'
import { dismissRefusal } from './dismiss-refusal.ts'
import { markNotification, readNotifications } from './mark-notifications.ts'
import { createSecret, deleteSecret, describeSecret, replaceSecret } from './secrets.ts'
import { markReviewed } from './mark-reviewed.ts'
import { setGitIdentity } from './git-identity.ts'
import { changeProfile, createProfile, deleteProfile, setDefaultProfile } from './profiles.ts'
import { publishRun } from './publish-run.ts'
import { renameRun } from './rename-run.ts'
import {
  addReviewComment,
  editReviewComment,
  removeReviewComment,
  resolveReviewThread,
  sendReviewComments,
} from './review-comments.ts'
import { sendPrompt } from './send-prompt.ts'
import { setRunModel } from './set-run-model.ts'
import { setRunProfile } from './set-run-profile.ts'
import { sharePlan, stopPlanSharing } from './share-plan.ts'
import { answerAccessRequest, shareRun, stopSharing } from './share-run.ts'
import { stopRun } from './stop-run.ts'
import { settleSuggestion } from './settle-suggestion.ts'
import { setHarness } from './team-agents.ts'
import { setTeam } from './team-settings.ts'

/** Every mutator, by name. A name that was ever released stays here for 90 days. */
export const mutators = {
  addPlanComment,
  addReviewComment,
  answerAccessRequest,
  answerPermission,
  changeEnvironment,
  changePlan,
  createEnvironment,
  changeRunFiles,
  changeProfile,
  createPlan,
  createProfile,
  createRun,
  deleteEnvironment,
  createSecret,
  deletePlan,
  deleteSecret,
  describeSecret,
  deleteProfile,
  dismissRefusal,
  editPlanComment,
  editPrompt,
  editReviewComment,
  markNotification,
  markReviewed,
  movePrompt,
  publishRun,
  readNotifications,
  removePlanComment,
  removePrompt,
  removeReviewComment,
  renameRun,
  replaceSecret,
  resolvePlanThread,
  restoreEnvironment,
  resolveReviewThread,
  reviewPlan,
  savePlanVersion,
  sendPlanComments,
  sendPrompt,
  sendPromptNow,
  sendReviewComments,
  setDefaultProfile,
  setGitIdentity,
  setRunModel,
  setRunProfile,
  setBudget,
  setHarness,
  setModelPrice,
  setTeam,
  settleSuggestion,
  sharePlan,
  shareRun,
  stopPlanSharing,
  stopRun,
  stopSharing,
  tellPlanChange,
  withdrawReview,
} as const

export type Mutators = typeof mutators
export type MutatorName = keyof Mutators
