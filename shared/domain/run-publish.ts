import { z } from 'zod'
import { PublishId, RunId, UserId } from '../ids.ts'
import { Refusal } from '../refusal.ts'
import { BranchName } from './branch-name.ts'
import { GitPerson } from './git-person.ts'
import { IntentState } from './run.ts'
import { ObjectId } from './transcript.ts'

/** How far the changes of a run are brought; each step holds those before it. */
export const publishSteps = ['commit', 'push', 'pull_request'] as const
export const PublishStep = z.enum(publishSteps)
export type PublishStep = z.infer<typeof PublishStep>

/** GitHub takes 256 letters of a title and 65,536 of a body, Bitbucket 32,768. */
export const pullTitleLimit = 250
export const pullBodyLimit = 30_000
export const messageLimit = 10_000
export const publishFilesLimit = 500
/** Of one run; the oldest settled ones go. */
export const publishesKept = 50

/** A changed file as it was on the screen. `after` is absent where it is deleted. */
export const PublishFile = z.object({ path: z.string().min(1).max(1000), after: ObjectId.optional() })
export type PublishFile = z.infer<typeof PublishFile>

export const PullRequestOrder = z.object({
  title: z.string().min(1).max(pullTitleLimit),
  body: z.string().max(pullBodyLimit),
  /** Absent: the branch that the run started from. */
  base: BranchName.optional(),
  draft: z.boolean(),
})
export type PullRequestOrder = z.infer<typeof PullRequestOrder>

/** What a person wants to become of a run's changes. */
export const publishOrder = {
  until: PublishStep,
  message: z.string().min(1).max(messageLimit),
  branch: BranchName,
  /** Those files alone; absent: everything that the run changed. */
  files: z.array(PublishFile).min(1).max(publishFilesLimit).optional(),
  /** The page of the run, for the commit. */
  link: z.url({ protocol: /^https?$/ }).max(500),
  /** With `until: 'pull_request'`. */
  pullRequest: PullRequestOrder.optional(),
}

/** The order on its way to the machine that has the workspace. */
export const PublishDelivery = z.object({
  type: z.literal('publish'),
  publishId: PublishId,
  by: UserId,
  /** How the transcript calls them. */
  name: z.string().max(120),
  author: GitPerson,
  /** When it was asked for: the time of the commit, so that doing it again makes the same one. */
  at: z.number(),
  ...publishOrder,
})
export type PublishDelivery = z.infer<typeof PublishDelivery>

/** What became of one repository, where there are several. */
export const PublishResult = z.object({
  /** Its folder. */
  repository: z.string().max(100),
  /** `nothing`: the run changed nothing there. */
  state: z.enum(['done', 'nothing', 'refused']),
  refusal: Refusal.optional(),
})
export type PublishResult = z.infer<typeof PublishResult>
export const PublishResults = z.array(PublishResult).max(20)
export type PublishResults = z.infer<typeof PublishResults>

/** Row `run-publish/<runId>/<id>`: what became of it. What came of it are artifacts of the run. */
export const RunPublish = z.object({
  id: PublishId,
  runId: RunId,
  by: UserId,
  at: z.number(),
  until: PublishStep,
  branch: z.string().max(250),
  /** The first line of its message. */
  title: z.string().max(200),
  state: IntentState,
  refusal: Refusal.optional(),
  results: PublishResults.optional(),
})
export type RunPublish = z.infer<typeof RunPublish>
