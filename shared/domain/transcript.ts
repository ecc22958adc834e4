import { z } from 'zod'
import { ArtifactId, BlobHash, EntryId, PermissionId, PlanId, PromptId, UserId } from '../ids.ts'
import { BoundedText } from './bounded-text.ts'
import { PermissionAnswer } from './permission.ts'
import { PullStatus } from './pull-status.ts'
import { RunReason, RunState, Task } from './run.ts'
import { promptExtras } from './sent-plan.ts'

export const ToolStatus = z.enum(['pending', 'in_progress', 'completed', 'failed', 'cancelled'])
export type ToolStatus = z.infer<typeof ToolStatus>

/** The kinds of the Agent Client Protocol. */
export const ToolKind = z.enum([
  'read',
  'edit',
  'delete',
  'move',
  'search',
  'execute',
  'think',
  'fetch',
  'switch_mode',
  'other',
])
export type ToolKind = z.infer<typeof ToolKind>

/** Names a content as git does: the SHA-1 or SHA-256 of a blob object. */
export const ObjectId = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/)
export type ObjectId = z.infer<typeof ObjectId>

/** One side of a changed file. `blob`: all of it, kept for texts up to `keptTextBytes` after the change and for pictures on both sides. */
export const FileVersion = z.object({
  id: ObjectId,
  bytes: z.number().int().nonnegative().optional(),
  blob: BlobHash.optional(),
})
export type FileVersion = z.infer<typeof FileVersion>

/** The largest text that is kept whole, and that a person can write by hand, in bytes of UTF-8. */
export const keptTextBytes = 200_000

/** One changed file. The patch is a unified diff, inline when small, else a blob. */
export const FileChange = z.object({
  path: z.string().max(1000),
  oldPath: z.string().max(1000).optional(),
  status: z.enum(['added', 'modified', 'deleted', 'renamed']),
  added: z.number().int().nonnegative(),
  removed: z.number().int().nonnegative(),
  binary: z.boolean().optional(),
  /** Git's modes, where they changed: `100644` a file, `100755` an executable one, `120000` a link. */
  mode: z.object({ from: z.string().max(6), to: z.string().max(6) }).optional(),
  /**
   * Why its content is not looked at: the run itself had it ignored, it can't be read, it is too large, or Git has no
   * such name. A path that ends in `/` is then a folder with all below it.
   */
  unread: z.enum(['ignored', 'unreadable', 'too_large', 'reserved']).optional(),
  patch: z.string().max(4000).optional(),
  blob: BlobHash.optional(),
  /** What stood there before, and what stands there now; a side that there is not, and one of an older runner, is absent. */
  before: FileVersion.optional(),
  after: FileVersion.optional(),
})
export type FileChange = z.infer<typeof FileChange>

export const Artifact = z.object({
  id: ArtifactId,
  kind: z.enum(['file', 'branch', 'commit', 'pull_request', 'link', 'diff']),
  title: z.string().max(300),
  detail: z.string().max(300).optional(),
  url: z.string().max(2000).optional(),
  /** Of a `pull_request`: how it stood when it was looked at. */
  pull: PullStatus.optional(),
  branch: z.string().max(250).optional(),
  blob: BlobHash.optional(),
  /** Of a `link`: a plan of the team. */
  planId: PlanId.optional(),
  bytes: z.number().int().nonnegative().optional(),
  mimeType: z.string().max(200).optional(),
  at: z.number(),
})
export type Artifact = z.infer<typeof Artifact>

const timed = { startedAt: z.number(), endedAt: z.number().optional() }

export const EntryBody = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('user'),
    text: BoundedText,
    by: UserId.optional(),
    promptId: PromptId.optional(),
    ...promptExtras,
  }),
  /** Markdown of the agent. `done` is false while it streams. */
  z.object({ kind: z.literal('message'), text: BoundedText, done: z.boolean() }),
  z.object({ kind: z.literal('thought'), text: BoundedText, done: z.boolean(), ...timed }),
  z.object({
    kind: z.literal('tool'),
    toolKind: ToolKind,
    title: z.string().max(500),
    status: ToolStatus,
    /** The exact command of an `execute` call. */
    command: z.string().max(8000).optional(),
    /** Raw input as JSON text, for the curious, cut. */
    input: z.string().max(2000).optional(),
    locations: z.array(z.object({ path: z.string().max(1000), line: z.number().int().optional() })).max(20),
    /** What it printed or answered; may hold ANSI escapes. */
    output: BoundedText.optional(),
    exitCode: z.number().int().optional(),
    changes: z.array(FileChange).max(20).optional(),
    ...timed,
  }),
  /** A step of the set-up: clone, command. */
  z.object({
    kind: z.literal('step'),
    title: z.string().max(300),
    command: z.string().max(8000).optional(),
    status: ToolStatus,
    output: BoundedText,
    exitCode: z.number().int().optional(),
    ...timed,
  }),
  z.object({ kind: z.literal('tasks'), tasks: z.array(Task).max(200) }),
  z.object({
    kind: z.literal('permission'),
    permissionId: PermissionId,
    title: z.string().max(300),
    line: z.string().max(300),
    /** Absent while it is open. */
    outcome: z
      .discriminatedUnion('kind', [
        z.object({
          kind: z.literal('answered'),
          answer: PermissionAnswer,
          /** With an `option`: its words, which nothing else keeps once the turn is over. */
          option: z.string().max(200).optional(),
          by: UserId.optional(),
          /** Name of the profile that answered, where no person did. */
          profile: z.string().max(60).optional(),
          at: z.number(),
        }),
        z.object({ kind: z.literal('lapsed'), at: z.number() }),
      ])
      .optional(),
  }),
  z.object({ kind: z.literal('state'), state: RunState, reason: RunReason.optional() }),
  z.object({
    kind: z.literal('notice'),
    level: z.enum(['info', 'warning', 'error']),
    text: z.string().max(1000),
    detail: BoundedText.optional(),
  }),
  z.object({ kind: z.literal('artifact'), artifact: Artifact }),
])
export type EntryBody = z.infer<typeof EntryBody>

/**
 * One entry of a transcript. `id` is stable; writing it again replaces it. `n` is its place (1, 2, 3 …), given by the
 * runner and never changed, so the transcript's order is the same everywhere.
 */
export const TranscriptEntry = z.object({
  id: EntryId,
  n: z.number().int().positive(),
  at: z.number(),
  turn: z.number().int().positive(),
  body: EntryBody,
})
export type TranscriptEntry = z.infer<typeof TranscriptEntry>

/** Entries travel and are stored in chunks, key `chunk/<number>`; the last one is rewritten as it grows. */
export const chunkEntries = 20
/** Serialised size at which a chunk is closed, in UTF-16 units. One entry may be larger on its own. */
export const chunkUnits = 16_000

export const TranscriptChunk = z.object({
  /** `n` of the first and last entry. */
  first: z.number().int().positive(),
  last: z.number().int().positive(),
  entries: z.array(TranscriptEntry),
})
export type TranscriptChunk = z.infer<typeof TranscriptChunk>

/** Row `files` of a transcript space: what the whole run changed. Rows `files/<turn>`: what one turn did, for the newest `turnFilesKept` turns. */
export const RunFiles = z.object({
  at: z.number(),
  turn: z.number().int().positive().optional(),
  base: z.string().max(100).optional(),
  files: z.array(FileChange).max(500),
  more: z.number().int().optional(),
})
export type RunFiles = z.infer<typeof RunFiles>
export const turnFilesKept = 20
/** Row `tasks` of a transcript space: the current task list. */
export const RunTasks = z.object({ at: z.number(), tasks: z.array(Task).max(200) })
export type RunTasks = z.infer<typeof RunTasks>
/** Row `session` of a transcript space: what the harness offers. */
export const RunSession = z.object({
  commands: z
    .array(
      z.object({
        name: z.string().max(100),
        description: z.string().max(500),
        /** What is written after it. */
        hint: z.string().max(200).optional(),
      }),
    )
    .max(200),
  modes: z.array(z.object({ id: z.string().max(100), name: z.string().max(100) })).max(50),
  mode: z.string().max(100).optional(),
})
export type RunSession = z.infer<typeof RunSession>
