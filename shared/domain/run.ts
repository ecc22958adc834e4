import { z } from 'zod'
import { EnvironmentId, PermissionId, ProfileId, RunId, RunnerId, TeamId, UserId } from '../ids.ts'
import { Refusal, refusal } from '../refusal.ts'
import { err, ok, type Result } from '../result.ts'
import { ModelUsage, modelsLimit } from './cost.ts'
import { HarnessId, ModelEffort, SandboxKind } from './harness.ts'
import { plainMentions } from './plan-mention.ts'
import { RunPlan } from './plan-run.ts'
import { RunProfile } from './profile.ts'
import { PullChecks, PullState } from './pull-status.ts'
import { SecretName, TurnSecrets } from './secret.ts'
import { SnapshotSummary } from './snapshot-summary.ts'

/**
 * The life of a run.
 *
 *   QUEUED ──assign──▶ PENDING ──claim──▶ CLAIMED ──start──▶ INPROGRESS ──succeed──▶ SUCCEEDED
 *     ▲  ◀──release──────┘                   │  ▲              │   ▲
 *     │                                      │  └──unblock──┐ block unblock
 *     │                                      └───block────▶ BLOCKED
 *     │        fail (the work could not be done)   ──▶ FAILED
 *     │        error (the machinery broke)         ──▶ ERROR        from every state that is not an end
 *     │        cancel (a person stopped it)        ──▶ CANCELLED
 *     └──continue── from every end: a follow-up message starts the next turn
 */
export const runStates = [
  'QUEUED',
  'PENDING',
  'CLAIMED',
  'INPROGRESS',
  'BLOCKED',
  'SUCCEEDED',
  'FAILED',
  'ERROR',
  'CANCELLED',
] as const
export const RunState = z.enum(runStates)
export type RunState = z.infer<typeof RunState>

export const runEventNames = [
  'assign',
  'release',
  'claim',
  'start',
  'block',
  'unblock',
  'succeed',
  'fail',
  'error',
  'cancel',
  'continue',
] as const
export const RunEventName = z.enum(runEventNames)
export type RunEventName = z.infer<typeof RunEventName>

export const endStates: ReadonlySet<RunState> = new Set(['SUCCEEDED', 'FAILED', 'ERROR', 'CANCELLED'])

export function hasEnded(state: RunState): boolean {
  return endStates.has(state)
}

/** States in which a runner is responsible for the run. */
export function isHeld(state: RunState): boolean {
  return state === 'PENDING' || state === 'CLAIMED' || state === 'INPROGRESS' || state === 'BLOCKED'
}

const fromOpen = (to: RunState): Partial<Record<RunState, RunState>> => ({
  QUEUED: to,
  PENDING: to,
  CLAIMED: to,
  INPROGRESS: to,
  BLOCKED: to,
})

const moves: Record<RunEventName, Partial<Record<RunState, RunState>>> = {
  assign: { QUEUED: 'PENDING' },
  release: { PENDING: 'QUEUED' },
  claim: { PENDING: 'CLAIMED' },
  start: { CLAIMED: 'INPROGRESS' },
  block: { CLAIMED: 'BLOCKED', INPROGRESS: 'BLOCKED' },
  unblock: { BLOCKED: 'INPROGRESS' },
  succeed: { INPROGRESS: 'SUCCEEDED' },
  fail: fromOpen('FAILED'),
  error: fromOpen('ERROR'),
  cancel: fromOpen('CANCELLED'),
  continue: { SUCCEEDED: 'QUEUED', FAILED: 'QUEUED', ERROR: 'QUEUED', CANCELLED: 'QUEUED' },
}

/** The state after `event`, or a refusal `conflict` that names both when the move is not in the picture above. */
export function nextState(state: RunState, event: RunEventName): Result<RunState, Refusal> {
  const next = moves[event][state]
  return next === undefined ? err(refusal('conflict', `a ${state} run can't ${event}`)) : ok(next)
}

/** Machine-readable reasons of an end. The client owns the sentence that says what to do. */
export const runErrorCodes = [
  'invalid_request',
  'no_runner',
  'runner_lost',
  'runner_restarted',
  'harness_missing',
  'harness_died',
  'harness_hung',
  'harness_protocol',
  'harness_refused',
  'sandbox_failed',
  'sandbox_out_of_memory',
  'environment_setup_failed',
  'step_failed',
  'authentication_required',
  'model_limit',
  'budget_exceeded',
  'journal_full',
  'internal_error',
] as const
export const RunErrorCode = z.enum(runErrorCodes)
export type RunErrorCode = z.infer<typeof RunErrorCode>

/** Which part of a set-up failed, where that was none of its commands. */
export const SetUpPart = z.enum(['image', 'dockerfile', 'repository', 'environment'])
export type SetUpPart = z.infer<typeof SetUpPart>

export const RunReason = z.object({
  code: RunErrorCode.optional(),
  /** Beside `environment_setup_failed`; absent: a command, or it came from an older runner. */
  part: SetUpPart.optional(),
  /** A sentence of facts, e.g. the failing command or what is waited for. */
  text: z.string().max(600),
  retryable: z.boolean().optional(),
})
export type RunReason = z.infer<typeof RunReason>

export const RunSource = z.enum(['WEB_APP', 'API', 'CLI', 'SCHEDULED_AGENT', 'ORCHESTRATION', 'LOCAL'])
export type RunSource = z.infer<typeof RunSource>

export const TaskStatus = z.enum(['pending', 'in_progress', 'completed', 'failed', 'cancelled', 'waiting'])
export type TaskStatus = z.infer<typeof TaskStatus>
export const Task = z.object({ text: z.string().max(400), status: TaskStatus })
export type Task = z.infer<typeof Task>

/** Where the work happens. `url` is anything `git clone` takes, or a folder of the runner's machine. */
export const Repository = z.object({
  url: z.string().min(1).max(1000),
  branch: z.string().min(1).max(250).optional(),
})
export type Repository = z.infer<typeof Repository>

/** A limit in US dollars. */
export const BudgetUsd = z.number().positive().max(1_000_000)

/** What was asked for; fixed for the life of the run. */
export const RunConfig = z.object({
  harness: HarnessId,
  model: z.string().max(200).optional(),
  effort: ModelEffort.optional(),
  /** Name of the host that must run it; absent: any runner that can. */
  host: z.string().min(1).max(120).optional(),
  sandbox: SandboxKind,
  /** Image of a Docker sandbox; absent: the runner's default. */
  image: z.string().min(1).max(300).optional(),
  repository: Repository.optional(),
  setupCommands: z.array(z.string().min(1).max(4000)).max(20).optional(),
  /** What it is worked in; its image, repositories and commands are taken when a turn is given to a runner. */
  environmentId: EnvironmentId.optional(),
  /** Makes the environment ready and ends: a test of it, without an agent. */
  setUpOnly: z.boolean().optional(),
  /** What the agent may do without asking; absent: the team's default. */
  profileId: ProfileId.optional(),
  /** Names of the secrets it gets; none when empty. Absent: those of its environment, else all that its person may use. */
  secrets: z.array(SecretName).max(200).optional(),
  /** What it may spend before it asks, in US dollars; absent: what the team has set. */
  budgetUsd: BudgetUsd.optional(),
  /** Its workspace is not saved at the end of its turns. */
  noSnapshot: z.boolean().optional(),
})
export type RunConfig = z.infer<typeof RunConfig>

export const RunUsage = z.object({
  inputTokens: z.number().int().nonnegative().optional(),
  outputTokens: z.number().int().nonnegative().optional(),
  costUsd: z.number().nonnegative().optional(),
  /** Tokens in the context window, and its size. */
  contextUsed: z.number().int().nonnegative().optional(),
  contextSize: z.number().int().nonnegative().optional(),
  cachedTokens: z.number().int().nonnegative().optional(),
  /** Tokens of which no price is known, so that the cost lacks them. */
  unpricedTokens: z.number().int().nonnegative().optional(),
  models: z.array(ModelUsage).max(modelsLimit).optional(),
  /** Of all its turns: from claim to end without the time in which it waited for a person, and that time. */
  workMs: z.number().int().nonnegative().optional(),
  blockedMs: z.number().int().nonnegative().optional(),
})
export type RunUsage = z.infer<typeof RunUsage>

/** What a run may spend until it asks; goes up with each "Go on". */
export const RunBudget = z.object({
  limitUsd: BudgetUsd,
  /** Who raised it last. */
  by: UserId.optional(),
  at: z.number().optional(),
})
export type RunBudget = z.infer<typeof RunBudget>

/** Where an intent stands on its way to the machine that acts; `local` is known only to the device. */
export const IntentState = z.enum(['accepted', 'delivered', 'done', 'refused'])
export type IntentState = z.infer<typeof IntentState>

/** The longest title, in UTF-16 units. */
export const titleLimit = 200

/** People beyond this many are not noted as participants of a run. */
export const participantLimit = 50

/** The synced summary of a run, key `run/<id>`, about 1 KB. The transcript has its own space. */
export const Run = z.object({
  id: RunId,
  teamId: TeamId,
  title: z.string().max(titleLimit),
  /** The first 300 characters, for lists and search; the whole stands in the transcript. */
  prompt: z.string().max(300),
  createdBy: UserId,
  /** Who else wrote to the agent. */
  participants: z.array(UserId).max(participantLimit).optional(),
  source: RunSource,
  config: RunConfig,
  /** The environment as its turns have it: the revision at its first start. */
  environment: z
    .object({ id: EnvironmentId, name: z.string().max(80), revision: z.number().int().positive() })
    .optional(),
  /** What it is worked under; absent: it has not been given to a runner yet. */
  profile: RunProfile.optional(),
  /** What it executes, where it was started from a plan. */
  plan: RunPlan.optional(),
  state: RunState,
  stateAt: z.number(),
  /** Why it is in this state, where that needs words. */
  reason: RunReason.optional(),
  /** Goes up by one with each follow-up after an end. */
  turn: z.number().int().positive(),
  runnerId: RunnerId.optional(),
  hostName: z.string().max(120).optional(),
  branch: z.string().max(250).optional(),
  /** The open question, so that the list can show it. */
  asks: z
    .object({ permissionId: PermissionId, kind: z.string().max(20), line: z.string().max(300), danger: z.boolean() })
    .optional(),
  /** Set once somebody pressed Stop. */
  stop: z.object({ by: UserId, at: z.number(), state: IntentState }).optional(),
  tasks: z
    .object({ done: z.number().int(), total: z.number().int(), current: z.string().max(200).optional() })
    .optional(),
  files: z.object({ changed: z.number().int(), added: z.number().int(), removed: z.number().int() }).optional(),
  artifacts: z.number().int().optional(),
  /** Pictures that went with its messages, those that wait among them. */
  pictures: z.number().int().nonnegative().optional(),
  /** The newest that was opened for it. */
  pullRequest: z
    .object({
      title: z.string().max(300),
      url: z.string().max(2000),
      /** As it was looked at last; absent: it was not yet. */
      state: PullState.optional(),
      checks: PullChecks.optional(),
    })
    .optional(),
  /** What its last turn was given. */
  secrets: TurnSecrets.optional(),
  usage: RunUsage.optional(),
  /** How its workspace was saved last. */
  snapshot: SnapshotSummary.optional(),
  /** Absent: it has no limit of its own. */
  budget: RunBudget.optional(),
  /** The last line worth showing while it works. */
  activity: z.string().max(200).optional(),
  createdAt: z.number(),
  updatedAt: z.number(),
  startedAt: z.number().optional(),
  endedAt: z.number().optional(),
})
export type Run = z.infer<typeof Run>

/** The title when nobody gave one: the first line of the prompt that says something, cut at 80. */
export function titleFromPrompt(prompt: string): string {
  const line = plainMentions(prompt)
    .split('\n')
    .map((text) => text.replace(/^[#>*\-\s`]+/, '').trim())
    .find((text) => text !== '' && !/^(sh|bash|text)$/.test(text))
  if (line === undefined) return 'Untitled run'
  return line.length > 80 ? `${line.slice(0, 79).trimEnd()}…` : line
}

/** What the list, the glyph and the words distinguish (DESIGN-LANGUAGE, status vocabulary). */
export const DisplayState = z.enum(['queued', 'working', 'needs', 'done', 'failed', 'cancelled'])
export type DisplayState = z.infer<typeof DisplayState>

/** A blocked run whose question was answered works again, as far as people are concerned. */
export function displayState(run: Pick<Run, 'state' | 'asks'>): DisplayState {
  switch (run.state) {
    case 'QUEUED':
    case 'PENDING':
      return 'queued'
    case 'CLAIMED':
    case 'INPROGRESS':
      return 'working'
    case 'BLOCKED':
      return run.asks === undefined ? 'working' : 'needs'
    case 'SUCCEEDED':
      return 'done'
    case 'FAILED':
    case 'ERROR':
      return 'failed'
    case 'CANCELLED':
      return 'cancelled'
  }
}
