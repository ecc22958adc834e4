import { z } from 'zod'
import { BlobHash } from '../ids.ts'
import type { SnapshotSummary } from './snapshot-summary.ts'
import { ObjectId } from './transcript.ts'

/**
 * What a run's workspace was like at the end of a turn, against the commits that it started from: enough to go on from there on another machine. The
 * files are one patch of git (`git diff --binary`), compressed, in pieces that have their hash as name. A row `snapshot` in the run's space.
 */

/** Bytes of one snapshot's patch before it is compressed; beyond it the largest files are left out, by name. */
export const snapshotBytes = 200_000_000
/** Bytes of one piece. */
export const pieceBytes = 8 * 1024 * 1024
/** Bytes of one file that is carried as it is. */
export const carriedFileBytes = 20_000_000
export const shownPathsLimit = 200
export const leftOutLimit = 100

/** Compressed bytes, in order, and how many they are together. */
export const Pieces = z.object({ pieces: z.array(BlobHash).max(64), bytes: z.number().int().nonnegative() })
export type Pieces = z.infer<typeof Pieces>

/** Where one repository of the workspace stands. `folder` below the workspace; empty: the workspace itself. */
export const SnapshotRepository = z.object({
  folder: z
    .string()
    .max(100)
    .regex(/^(?:[A-Za-z0-9_][A-Za-z0-9._-]*)?$/),
  /** The commit that it started from, which its remote has. */
  base: ObjectId,
  branch: z.string().max(250).optional(),
  /** The commit that it is at, where that is another one. */
  head: ObjectId.optional(),
  /** What leads from `base` to `head`, as a bundle of git; absent where it could not be taken. */
  commits: Pieces.optional(),
})
export type SnapshotRepository = z.infer<typeof SnapshotRepository>

/** Why something of a workspace is not in its snapshot. */
export const LeftOutReason = z.enum([
  'ignored',
  'unreadable',
  'too_large',
  'reserved',
  'outside',
  'missing',
  'commits',
  'not_declared',
])
export type LeftOutReason = z.infer<typeof LeftOutReason>

/** A file outside of the workspace's repositories that a declaration named, or in which a harness keeps its conversation. */
export const SnapshotFile = z.object({
  /** Absolute, as the sandbox has it, or `~/…` below its home folder; of a harness's: below its home folder. */
  path: z.string().min(1).max(1000),
  executable: z.boolean().optional(),
  content: Pieces,
})
export type SnapshotFile = z.infer<typeof SnapshotFile>

export const Snapshot = z.object({
  version: z.literal(1),
  /** Of its end; 0: what a run begins with. */
  turn: z.number().int().nonnegative(),
  at: z.number(),
  /** Trees of git: the files as they were at the start, and as they are. */
  base: ObjectId,
  tree: ObjectId,
  repositories: z.array(SnapshotRepository).max(20),
  patch: Pieces,
  files: z.array(SnapshotFile).max(50).optional(),
  /** What a harness keeps of its conversation, so that it can load it elsewhere. */
  session: z
    .object({ id: z.string().max(500), harness: z.string().max(60), files: z.array(SnapshotFile).max(10) })
    .optional(),
  /** Files that changed. */
  changed: z.number().int().nonnegative(),
  shown: z
    .array(z.object({ path: z.string().max(1000), status: z.enum(['added', 'modified', 'deleted', 'renamed']) }))
    .max(shownPathsLimit),
  left: z.array(z.object({ path: z.string().max(1000), why: LeftOutReason })).max(leftOutLimit),
  /** Of `left`, what did not fit. */
  moreLeft: z.number().int().nonnegative().optional(),
})
export type Snapshot = z.infer<typeof Snapshot>

export function summaryOf(snapshot: Snapshot): SnapshotSummary {
  return {
    turn: snapshot.turn,
    at: snapshot.at,
    changed: snapshot.changed,
    bytes: bytesOf(snapshot),
    left: snapshot.left.length + (snapshot.moreLeft ?? 0),
  }
}

/** Bytes that it takes, compressed. */
export function bytesOf({ patch, repositories, files = [], session }: Snapshot): number {
  const parts = [
    patch,
    ...repositories.flatMap(({ commits }) => commits ?? []),
    ...[...files, ...(session?.files ?? [])].map(({ content }) => content),
  ]
  return parts.reduce((sum, { bytes }) => sum + bytes, 0)
}

/** What did not come back, and why. */
export interface NotRestored {
  path: string
  reason: string
}
