import { z } from 'zod'
import { DeliveryId, PermissionId, PromptId, ReviewChangeId, RunId, RunnerId, UserId } from '../ids.ts'
import { Refusal } from '../refusal.ts'
import { Said } from '../domain/conversation.ts'
import { EgressPolicy } from '../domain/environment-egress.ts'
import { EnvironmentProposal, InspectedRepositories } from '../domain/environment-proposal.ts'
import { EnvironmentSnapshot } from '../domain/environment.ts'
import { GitPerson } from '../domain/git-person.ts'
import { HarnessOffer, SandboxKind } from '../domain/harness.ts'
import { PermissionAnswer } from '../domain/permission.ts'
import { ModelPrice, ownPricesLimit } from '../domain/model-prices.ts'
import { FileOp, fileOpsLimit } from '../domain/review-change.ts'
import { RunnerAbout } from '../domain/runner-about.ts'
import { PullLook, pullsLimit } from '../domain/pull-look.ts'
import { ProfileSnapshot } from '../domain/profile.ts'
import { PublishDelivery, PublishResults } from '../domain/run-publish.ts'
import { RunConfig, RunReason } from '../domain/run.ts'
import { RunSecret, SecretName } from '../domain/secret.ts'
import { promptExtras } from '../domain/sent-plan.ts'
import { Snapshot } from '../domain/snapshot.ts'
import { PlanToolAnswer, PlanToolCall } from './plan-tools.ts'
import { RunEvent } from './run-event.ts'
import { terminalsDown, terminalsUp } from './terminal.ts'

/**
 * Runner and server, over one WebSocket at `/api/runner/socket` that the runner opens with
 * `Authorization: Bearer <agent key>`. JSON text frames, one message each.
 *
 *   runner                                        server
 *   hello {who, what runs here, next seq}    ──▶
 *                                            ◀──  welcome {acked seq per run, lease}
 *   events {runId, events}                   ──▶  (committed)
 *                                            ◀──  ack {runId, seq}
 *                                            ◀──  assign {runId, turn, …}
 *   claimed | rejected                       ──▶
 *                                            ◀──  deliver {deliveryId, runId, body}
 *   receipt {deliveryId, state}              ──▶
 *   plan_call {callId, runId, call}          ──▶
 *                                            ◀──  plan_answer {callId, answer}
 *                                            ◀──  inspect_call {callId, repositories}
 *   inspect_answer {callId, answer}          ──▶
 *                                            ◀──  pulls_call {callId, urls}
 *   pulls_answer {callId, pulls}             ──▶
 *                                            ◀──  terminal_watch, terminal_ask, terminal_ack, terminal_presence
 *   terminals, terminal_output               ──▶  (to the pages that watch)
 *   heartbeat {running}                      ──▶  (renews every lease)
 *                                            ◀──  heartbeat_ack
 *
 * Nothing is sent once only: assignments, deliveries and events are repeated after a reconnect until their answer
 * came; both sides keep receipts, so a repeat has no second effect. Only a call of a plan tool, a look into repositories and one at pull requests are: who asked waits for the answer, and is told when
 * none came.
 */
export const runnerProtocol = 1

const promptParts = {
  ...promptExtras,
  /** For the agent alone, after the text: the plans that the text mentions. */
  context: z.string().optional(),
}

/** One turn of a run: what the runner must do. `prompt` starts the turn. */
export const Assignment = z.object({
  runId: RunId,
  turn: z.number().int().positive(),
  title: z.string().max(200),
  config: RunConfig,
  prompt: z.object({ promptId: PromptId, text: z.string(), by: UserId.optional(), ...promptParts }),
  /**
   * What the server already has of this run: its newest event and its newest entry. A runner that does not know the
   * run, or lost a part of it, counts on from there. Absent: nothing.
   */
  after: z.object({ seq: z.number().int().nonnegative(), entries: z.number().int().nonnegative() }).optional(),
  /** What its agent may do without asking, as it is now. Absent: the server is older. */
  profile: ProfileSnapshot.optional(),
  /** What the run may spend, and has spent by what the server knows, in US dollars. Absent: it has no limit. */
  budget: z.object({ limitUsd: z.number().positive(), spentUsd: z.number().nonnegative() }).optional(),
  /** The team's own prices of models. */
  prices: z.array(ModelPrice).max(ownPricesLimit).optional(),
  /** Opened for this runner and this turn; neither side writes them down. */
  secrets: z.array(RunSecret).max(200).optional(),
  /** Names that were asked for and are not among them. */
  missingSecrets: z.array(SecretName).max(200).optional(),
  /** What it is worked in, where one was chosen. */
  environment: EnvironmentSnapshot.optional(),
  /** What the sandbox may reach; absent: everything. */
  egress: EgressPolicy.optional(),
  /** How its workspace was left, for a runner that does not have it. Only to one whose hello says that it takes them. */
  snapshot: Snapshot.optional(),
  /** What was said before this turn, for the same. */
  conversation: z.array(Said).max(2000).optional(),
  /** Who its commits are by: whoever began the turn, or the team where no person did. Absent: the server is older. */
  author: GitPerson.optional(),
})
export type Assignment = z.infer<typeof Assignment>

/** What a person wants of a run that a runner holds. */
export const DeliveryBody = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('prompt'),
    promptId: PromptId,
    text: z.string(),
    by: UserId.optional(),
    /** `interrupt` cancels the agent's turn first; `queue` waits for its end. */
    mode: z.enum(['interrupt', 'queue']),
    ...promptParts,
  }),
  z.object({
    type: z.literal('answer'),
    permissionId: PermissionId,
    /** Of the request that the person saw; another one makes the answer stale. */
    digest: z.string(),
    answer: PermissionAnswer,
    by: UserId,
    at: z.number(),
  }),
  /** A person changes files of the workspace, while a turn goes or after it. Only to a runner whose hello says that it takes them. */
  z.object({
    type: z.literal('files'),
    changeId: ReviewChangeId,
    by: UserId,
    /** How the transcript calls them. */
    name: z.string().max(120),
    ops: z.array(FileOp).min(1).max(fileOpsLimit),
  }),
  /** A person commits, pushes, opens a pull request: as `files`, also after a turn. Only to a runner whose hello says that it publishes. */
  PublishDelivery,
  /** From here on the run is worked under this. Only to a runner that says that it takes profiles. */
  z.object({ type: z.literal('profile'), profile: ProfileSnapshot, by: UserId }),
  /** `reason`: no person stopped it; the turn ends as failed, for this reason, once the agent has come to a stop. */
  z.object({ type: z.literal('stop'), by: UserId, reason: RunReason.optional() }),
])
export type DeliveryBody = z.infer<typeof DeliveryBody>

const stateOfRunner = {
  /** Why it takes nothing new now, such as a full disk; absent: it does. */
  short: z.string().max(300).optional(),
  /** Absent: it is older. */
  about: RunnerAbout.optional(),
}

export const RunnerHello = z.object({
  type: z.literal('hello'),
  protocol: z.number().int(),
  /** Made once and kept in the runner's data folder. */
  runnerId: RunnerId,
  name: z.string().min(1).max(120),
  hostName: z.string().min(1).max(120),
  version: z.string().max(40),
  platform: z.string().max(60),
  sandboxes: z.array(SandboxKind).max(4),
  harnesses: z.array(HarnessOffer).max(50),
  capacity: z.number().int().min(1).max(1000),
  problems: z.array(z.string().max(300)).max(10),
  ...stateOfRunner,
  /** It gives the agent `context` of a message; absent: it is older, and has it in the text. */
  takesContext: z.boolean().optional(),
  /** It makes environments ready and looks into repositories; absent: it is older, and knows none. */
  takesEnvironments: z.boolean().optional(),
  /** It gives the agent the files that go with a message; absent: it is older, and gets their names in the text. */
  takesAttachments: z.boolean().optional(),
  /** It takes deliveries that change files; absent: it is older. */
  takesFiles: z.boolean().optional(),
  /** It commits, pushes and opens pull requests; absent: it is older. */
  publishes: z.boolean().optional(),
  /** It works under the profile that it is given; absent: it is older, and has rules of its own. */
  takesProfiles: z.boolean().optional(),
  /** It has terminals; absent: it is older. */
  takesTerminals: z.boolean().optional(),
  /** It can go on from a snapshot of another runner; absent: it is older. */
  takesSnapshots: z.boolean().optional(),
  /** It fetches images with secrets of that kind; absent: it is older, and does not know the kind. */
  takesRegistryLogins: z.boolean().optional(),
  /** It looks how pull requests stand; absent: it is older. */
  looksAtPulls: z.boolean().optional(),
  /** Every run whose journal is still here. `active`: its agent is alive. */
  runs: z
    .array(
      z.object({
        runId: RunId,
        turn: z.number().int().positive(),
        lastSeq: z.number().int().nonnegative(),
        active: z.boolean(),
      }),
    )
    .max(10_000),
})
export type RunnerHello = z.infer<typeof RunnerHello>

/** Made by the runner for each call; answers may come in another order. */
const PlanCallId = z.string().min(1).max(64)

/** Of a look at something that one person waits for. */
const InspectCallId = z.string().min(1).max(64)

/** What a look into repositories gave, or a sentence that says why it gave nothing. */
export const InspectAnswer = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), proposal: EnvironmentProposal }),
  z.object({ ok: z.literal(false), text: z.string().max(500) }),
])
export type InspectAnswer = z.infer<typeof InspectAnswer>

/** runner → server */
export const RunnerUp = z.discriminatedUnion('type', [
  RunnerHello,
  /** What changed since hello: harnesses installed, Docker gone. */
  z.object({
    type: z.literal('offer'),
    sandboxes: z.array(SandboxKind).max(4),
    harnesses: z.array(HarnessOffer).max(50),
    problems: z.array(z.string().max(300)).max(10),
    ...stateOfRunner,
  }),
  z.object({ type: z.literal('claimed'), runId: RunId, turn: z.number().int().positive() }),
  z.object({
    type: z.literal('rejected'),
    runId: RunId,
    turn: z.number().int().positive(),
    reason: z.string().max(300),
  }),
  z.object({ type: z.literal('events'), runId: RunId, events: z.array(RunEvent).min(1).max(500) }),
  /** `delivered`: it is in the runner's journal. `done`: it took effect. `refused`: it did not, and won't. */
  z.object({
    type: z.literal('receipt'),
    deliveryId: DeliveryId,
    runId: RunId,
    state: z.enum(['delivered', 'done', 'refused']),
    refusal: Refusal.optional(),
    /** Of a `publish` in several repositories: what became of each. */
    results: PublishResults.optional(),
  }),
  z.object({ type: z.literal('heartbeat'), at: z.number(), active: z.array(RunId).max(1000) }),
  /** Finishes what it has and takes nothing new. */
  z.object({ type: z.literal('draining') }),
  /** The agent of a run asks something of its team's plans. Only to a server whose `welcome` says that it answers. */
  z.object({ type: z.literal('plan_call'), callId: PlanCallId, runId: RunId, call: PlanToolCall }),
  z.object({ type: z.literal('inspect_answer'), callId: InspectCallId, answer: InspectAnswer }),
  z.object({ type: z.literal('pulls_answer'), callId: InspectCallId, pulls: z.array(PullLook).max(pullsLimit) }),
  ...terminalsUp,
])
export type RunnerUp = z.infer<typeof RunnerUp>

/** server → runner */
export const RunnerDown = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('welcome'),
    protocol: z.number().int(),
    serverVersion: z.string(),
    heartbeatMs: z.number().int().positive(),
    /** A run whose runner is silent for so long is taken as lost. */
    leaseMs: z.number().int().positive(),
    /**
     * For each run of hello: events up to `ackedSeq` are durable; `keep: false` says that the run is not this
     * runner's any more, so its agent must be ended and its journal may go.
     */
    runs: z.array(z.object({ runId: RunId, ackedSeq: z.number().int().nonnegative(), keep: z.boolean() })),
    /** It answers `plan_call`; absent: it is older. */
    planTools: z.boolean().optional(),
    /** It takes what the runner tells of terminals; absent: it is older. */
    terminals: z.boolean().optional(),
    /** It keeps snapshots of workspaces; absent: it is older. */
    snapshots: z.boolean().optional(),
    /** It knows events of type `paths`; absent: it is older. */
    takesPaths: z.boolean().optional(),
  }),
  z.object({ type: z.literal('assign'), assignment: Assignment }),
  z.object({ type: z.literal('ack'), runId: RunId, seq: z.number().int().nonnegative() }),
  /** There is a hole before the events that came: send again from `fromSeq`. */
  z.object({ type: z.literal('resend'), runId: RunId, fromSeq: z.number().int().positive() }),
  z.object({
    type: z.literal('deliver'),
    deliveryId: DeliveryId,
    runId: RunId,
    body: DeliveryBody,
    /** Of a `publish`: the credentials of who wants it, opened for this one; neither side writes them down. */
    secrets: z.array(RunSecret).max(200).optional(),
  }),
  /** A receipt is durable: one answer for each, in order. After the last state the runner may forget the delivery. */
  z.object({ type: z.literal('receipt_ack'), deliveryId: DeliveryId }),
  z.object({ type: z.literal('heartbeat_ack'), at: z.number() }),
  z.object({ type: z.literal('plan_answer'), callId: PlanCallId, answer: PlanToolAnswer }),
  /** A person wants to know what an environment for these could be. Only to a runner whose hello says that it looks. */
  z.object({ type: z.literal('inspect_call'), callId: InspectCallId, repositories: InspectedRepositories }),
  /** How do these pull requests stand? Only to a runner whose hello says that it looks. */
  z.object({
    type: z.literal('pulls_call'),
    callId: InspectCallId,
    /** Of their pages. */
    urls: z.array(z.string().max(2000)).min(1).max(pullsLimit),
    /** Credentials of Git for them, opened for this one look; neither side writes them down. */
    secrets: z.array(RunSecret).max(200).optional(),
  }),
  ...terminalsDown,
  /** End the agent of this run and forget it: the run went to somebody else or was deleted. */
  z.object({ type: z.literal('drop'), runId: RunId }),
  z.object({ type: z.literal('error'), refusal: Refusal, fatal: z.boolean() }),
])
export type RunnerDown = z.infer<typeof RunnerDown>
