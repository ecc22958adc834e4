import { isMutatorName } from '#sync/core/mutators/names.ts'
import { fieldOf as field } from '#sync/client/intent-args.ts'

/** What a change was meant to do, as a verb: "Deny", "New run". `args` are the mutator's own; unknown ones say less. */
export function intentVerb(name: string, args: unknown): string {
  if (!isMutatorName(name)) return 'Change'
  switch (name) {
    case 'answerPermission': {
      const kind = field(field(args, 'answer'), 'kind')
      return kind === 'deny'
        ? 'Deny'
        : kind === 'allow_similar'
          ? 'Allow similar'
          : kind === 'option'
            ? 'Answer'
            : 'Allow once'
    }
    case 'createRun':
      return 'New run'
    case 'sendPrompt':
      return field(args, 'mode') === 'queue' ? 'Queue a message' : 'Message'
    case 'sendPromptNow':
      return 'Send now'
    case 'editPrompt':
      return 'Edit a message'
    case 'movePrompt':
      return 'Move a message'
    case 'removePrompt':
      return 'Remove a message'
    case 'stopRun':
      return 'Stop'
    case 'renameRun':
      return 'Rename'
    case 'shareRun':
      return 'Share'
    case 'stopSharing':
      return 'Stop sharing'
    case 'answerAccessRequest':
      return field(args, 'answer') === 'deny' ? 'Deny access' : 'Allow access'
    case 'sharePlan':
      return 'Share a plan'
    case 'stopPlanSharing':
      return 'Stop sharing a plan'
    case 'createPlan':
      return 'New plan'
    case 'changePlan':
      return 'Change a plan'
    case 'deletePlan':
      return 'Delete a plan'
    case 'createEnvironment':
      return 'New environment'
    case 'changeEnvironment':
      return 'Change an environment'
    case 'restoreEnvironment':
      return 'Bring back an environment'
    case 'deleteEnvironment':
      return 'Delete an environment'
    case 'tellPlanChange':
      return 'Tell the agent what changed'
    case 'savePlanVersion':
      return 'Keep a version'
    case 'reviewPlan':
      return field(args, 'verdict') === 'approved' ? 'Approve a plan' : 'Request changes of a plan'
    case 'withdrawReview':
      return 'Withdraw a review'
    case 'settleSuggestion':
      return field(args, 'as') === 'accepted' ? 'Accept a suggestion' : 'Dismiss a suggestion'
    case 'addPlanComment':
      return field(args, 'suggestion') === undefined ? 'Comment' : 'Suggest a change'
    case 'editPlanComment':
      return 'Edit a comment'
    case 'removePlanComment':
      return 'Delete a comment'
    case 'resolvePlanThread':
      return field(args, 'resolved') === false ? 'Reopen a thread' : 'Resolve a thread'
    case 'sendPlanComments':
      return 'Send comments'
    case 'createSecret':
      return 'New secret'
    case 'replaceSecret':
      return 'Replace a secret'
    case 'describeSecret':
      return 'Describe a secret'
    case 'deleteSecret':
      return 'Delete a secret'
    case 'addReviewComment':
      return 'Comment on the changes'
    case 'editReviewComment':
      return 'Edit a comment'
    case 'removeReviewComment':
      return 'Delete a comment'
    case 'resolveReviewThread':
      return field(args, 'resolved') === false ? 'Reopen a thread' : 'Resolve a thread'
    case 'sendReviewComments':
      return 'Send review comments'
    case 'changeRunFiles': {
      const ops = field(args, 'ops')
      const kind = Array.isArray(ops) ? field(ops[0], 'kind') : undefined
      return kind === 'write' ? 'Edit a file' : 'Reject changes'
    }
    case 'publishRun': {
      const until = field(args, 'until')
      return until === 'commit' ? 'Commit changes' : until === 'push' ? 'Commit and push' : 'Open a pull request'
    }
    case 'markReviewed':
      return 'Mark changes as accepted'
    case 'createProfile':
      return 'New profile'
    case 'changeProfile':
      return 'Change a profile'
    case 'deleteProfile':
      return 'Delete a profile'
    case 'setDefaultProfile':
      return 'Change the default profile'
    case 'setGitIdentity':
      return 'Change who your commits are by'
    case 'setRunModel':
      return 'Change a run’s model'
    case 'setRunProfile':
      return 'Change a run’s profile'
    case 'setTeam':
      return 'Change the team'
    case 'setBudget':
      return field(args, 'usd') === null ? 'Take a budget away' : 'Set a budget'
    case 'setModelPrice':
      return 'Set a price'
    case 'setHarness':
      return 'Change an agent’s settings'
    case 'dismissRefusal':
      return 'Dismiss a notice'
    case 'readNotifications':
    case 'markNotification':
      return 'Mark in the inbox'
  }
}

/** What it was about: the text that was typed, or the title given; the run's title is the caller's to add. */
export function intentText(args: unknown): string | undefined {
  const text =
    field(args, 'text') ??
    field(args, 'note') ??
    field(args, 'title') ??
    field(args, 'prompt') ??
    field(args, 'name') ??
    field(field(args, 'answer'), 'message')
  return typeof text === 'string' && text !== '' ? text : undefined
}
