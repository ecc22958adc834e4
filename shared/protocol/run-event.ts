import { z } from 'zod'
import { ArtifactId, EntryId, PermissionId, PromptId } from '../ids.ts'
import { Spent } from '../domain/cost.ts'
import { PermissionRequest, ProfileRuling } from '../domain/permission.ts'
import { RunReason, RunUsage, Task } from '../domain/run.ts'
import { Snapshot } from '../domain/snapshot.ts'
import { Artifact, FileChange, RunSession, TranscriptEntry } from '../domain/transcript.ts'
import { RunTerminal } from '../domain/terminal.ts'
import { WorkspacePaths } from '../domain/workspace-paths.ts'
import { UsageMeter } from '../domain/usage-meter.ts'

/**
 * What a runner tells of a run. Each has a `seq` (1, 2, 3 … without gaps within the run, over all its turns) and is in the
 * runner's journal before it is sent, so it can be sent again until the server acknowledges it. Taking one twice
 * changes nothing.
 */
export const RunEventBody = z.discriminatedUnion('type', [
  /** A move of the state machine, see `nextState`. */
  z.object({
    type: z.literal('state'),
    event: z.enum(['claim', 'start', 'block', 'unblock', 'succeed', 'fail', 'error', 'cancel']),
    turn: z.number().int().positive(),
    reason: RunReason.optional(),
  }),
  /** Writes an entry whole; `entry.id` written before is replaced. */
  z.object({ type: z.literal('entry'), entry: TranscriptEntry }),
  /** A piece of a growing text; `offset` in UTF-16 units makes it idempotent. */
  z.object({
    type: z.literal('delta'),
    entryId: EntryId,
    field: z.enum(['text', 'output']),
    offset: z.number().int().nonnegative(),
    text: z.string().min(1).max(64_000),
  }),
  z.object({ type: z.literal('permission'), request: PermissionRequest }),
  /** The question is gone without an answer of ours: the run ended, or the agent withdrew it. */
  z.object({
    type: z.literal('permission_lapsed'),
    permissionId: PermissionId,
    /** The run's profile answered it. */
    ruled: ProfileRuling.optional(),
  }),
  z.object({ type: z.literal('tasks'), tasks: z.array(Task).max(200) }),
  /**
   * `usage` has what holds now, such as the context; its sums are for an older server. `spent` is what came to them, and is added up.
   * Without it, of an older runner, `usage` has the sums so far. `meter`: where the runner counts on from.
   */
  z.object({
    type: z.literal('usage'),
    usage: RunUsage,
    spent: z.array(Spent).max(8).optional(),
    meter: UsageMeter.optional(),
  }),
  /**
   * Everything the run changed so far, against the commit it started from. With `turn`: what that turn changed, against the end of the one before. One
   * of the whole run always follows, so that an older server ends with the right one.
   */
  z.object({
    type: z.literal('files'),
    turn: z.number().int().positive().optional(),
    base: z.string().max(100).optional(),
    files: z.array(FileChange).max(500),
    more: z.number().int().optional(),
  }),
  /** What the workspace holds, see `WorkspacePaths`. Only to a server whose `welcome` says that it takes it. */
  z.object({ type: z.literal('paths'), paths: WorkspacePaths }),
  z.object({ type: z.literal('artifact'), artifact: Artifact }),
  z.object({ type: z.literal('artifact_removed'), artifactId: ArtifactId }),
  z.object({ type: z.literal('session'), session: RunSession }),
  z.object({ type: z.literal('facts'), branch: z.string().max(250).optional(), title: z.string().max(200).optional() }),
  /** A terminal as it stands, whole. Only to a server whose `welcome` says that it takes them. */
  z.object({ type: z.literal('terminal'), terminal: RunTerminal }),
  /** One line of what it is doing now. */
  z.object({ type: z.literal('activity'), text: z.string().max(200) }),
  /** The workspace at a turn's end, once all of it is at the server. Only to one whose `welcome` says that it keeps them. */
  z.object({ type: z.literal('snapshot'), snapshot: Snapshot }),
  /** The message became part of the transcript and reached the agent; the queue's row can go. */
  z.object({ type: z.literal('prompt_taken'), promptId: PromptId }),
])
export type RunEventBody = z.infer<typeof RunEventBody>

export const RunEvent = z.object({ seq: z.number().int().positive(), at: z.number(), body: RunEventBody })
export type RunEvent = z.infer<typeof RunEvent>

/** Events in one frame, and the frame's size in bytes. */
export const maxEventsPerFrame = 500
export const maxFrameBytes = 1_000_000
/** The largest event, as JSON in UTF-8: it fits into a frame of its own. */
export const maxEventBytes = maxFrameBytes - 1000
