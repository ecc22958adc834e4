import { z } from 'zod'
import { appendAt, omittedUnits, storedText, type BoundedText } from '#shared/domain/bounded-text.ts'
import { Said, saidIn, withSaid } from '#shared/domain/conversation.ts'
import { ProfileSnapshot } from '#shared/domain/profile.ts'
import { PublishResults } from '#shared/domain/run-publish.ts'
import { RunUsage } from '#shared/domain/run.ts'
import { RunTerminal } from '#shared/domain/terminal.ts'
import { SnapshotRepository } from '#shared/domain/snapshot.ts'
import { TranscriptEntry, type EntryBody } from '#shared/domain/transcript.ts'
import { UsageMeter } from '#shared/domain/usage-meter.ts'
import { DeliveryId, PermissionId, PublishId } from '#shared/ids.ts'
import type { RunEvent } from '#shared/protocol/run-event.ts'
import { Assignment } from '#shared/protocol/runner-link.ts'
import { Refusal } from '#shared/refusal.ts'

/**
 * What the runner must remember of a run to go on after a restart: a pure fold over the records of its journal.
 * The events themselves are not in it; acknowledged ones may be forgotten.
 */
export const Receipt = z.object({
  deliveryId: DeliveryId,
  state: z.enum(['delivered', 'done', 'refused']),
  refusal: Refusal.optional(),
  results: PublishResults.optional(),
})
export type Receipt = z.infer<typeof Receipt>

/** A process that outlives a killed runner. `startedTicks` tells it from a later one with the same pid. */
export const ProcessMark = z.object({ pid: z.number().int(), started: z.string().max(100) })
export type ProcessMark = z.infer<typeof ProcessMark>

/** A commit that a person asked for, by the id of what they did. */
export const PublishedCommit = z.object({
  id: PublishId,
  /** The repository; absent: the workspace itself. */
  folder: z.string().max(100).optional(),
  commit: z.string().max(100),
  /** The transcript tells of it. */
  shown: z.boolean().optional(),
  /** Where it was pushed to. */
  branch: z.string().max(250).optional(),
  /** The pull request that the transcript tells of. */
  pull: z.number().int().optional(),
})
export type PublishedCommit = z.infer<typeof PublishedCommit>

export const RunFacts = z.object({
  /** Set-up steps that are done, so that a later turn does not repeat them. */
  setUp: z.boolean().optional(),
  /** Commit that the workspace started from; absent without a repository. */
  baseCommit: z.string().max(100).optional(),
  baseBranch: z.string().max(250).optional(),
  /** The harness's own name of the conversation, for `session/load`. */
  sessionId: z.string().max(500).optional(),
  process: ProcessMark.optional(),
  /** Processes of the run may live: set before its sandbox starts, cleared once that is torn down. */
  awake: z.boolean().optional(),
  /** What its container is of, where that is an image which a set-up made. */
  image: z.string().max(200).optional(),
  containerId: z.string().max(100).optional(),
  /** Patterns that "Allow similar in this run" allowed, as JSON texts. */
  similar: z.array(z.string()).optional(),
  published: z.object({ commits: z.array(PublishedCommit) }).optional(),
  /** What people changed in the workspace by hand, a sentence each, that the agent was not told yet. */
  byHand: z.array(z.string()).optional(),
  /** What the run is worked under: as it came with the turn, or as somebody has changed it since. */
  profile: ProfileSnapshot.optional(),
  /** Where its repositories stood when its workspace was ready. */
  repositories: z.array(SnapshotRepository).max(20).optional(),
  /** Its session came from another machine, and was not opened here yet. */
  carried: z.boolean().optional(),
  /** The newest turn whose workspace is saved at the server, and the tree that it is. */
  saved: z
    .object({
      turn: z.number().int(),
      tree: z.string().max(100),
      repositories: z.array(SnapshotRepository).max(20).optional(),
    })
    .optional(),
})
export type RunFacts = z.infer<typeof RunFacts>

export const RunMemory = z.object({
  lastSeq: z.number().int().nonnegative(),
  ackedSeq: z.number().int().nonnegative(),
  /** `n` of the newest entry. */
  lastN: z.number().int().nonnegative(),
  turn: z.number().int().nonnegative(),
  /** The turn's end was told. */
  ended: z.boolean(),
  endedAt: z.number().optional(),
  assignment: Assignment.optional(),
  /** Entries that are not final: unfinished, or finished and without the blob that holds their whole text. */
  open: z.record(z.string(), TranscriptEntry),
  openPermissions: z.array(PermissionId),
  receipts: z.record(z.string(), Receipt),
  /** The newest receipts that the server has: a delivery which it had sent again by then must not happen twice. */
  settled: z.array(Receipt).default([]),
  /** The newest part of the conversation, for a harness that can't load its own. */
  conversation: z.array(Said),
  facts: RunFacts,
  /** Terminals that have not ended, or of which not all is kept yet. */
  terminals: z.record(z.string(), RunTerminal).default({}),
  /** How many it has had. */
  terminalCount: z.number().int().nonnegative().default(0),
  /** What it used so far, and where the counters stand of which that is read. */
  usage: RunUsage.optional(),
  meter: UsageMeter.optional(),
})
export type RunMemory = z.infer<typeof RunMemory>

export const emptyMemory: RunMemory = {
  lastSeq: 0,
  ackedSeq: 0,
  lastN: 0,
  turn: 0,
  ended: true,
  open: {},
  openPermissions: [],
  receipts: {},
  settled: [],
  conversation: [],
  facts: {},
  terminals: {},
  terminalCount: 0,
}

/** Receipts kept after the server has them. */
export const settledLimit = 200

/** `memory` after `event`; the argument stays as it was. */
export function rememberEvent(memory: RunMemory, event: RunEvent): RunMemory {
  const next = { ...memory, lastSeq: Math.max(memory.lastSeq, event.seq) }
  const body = event.body
  switch (body.type) {
    case 'state': {
      const ends =
        body.event === 'succeed' || body.event === 'fail' || body.event === 'error' || body.event === 'cancel'
      return ends ? { ...next, ended: true, endedAt: event.at } : { ...next, ended: false }
    }
    case 'entry': {
      const { [body.entry.id]: _old, ...others } = memory.open
      const final = isFinal(body.entry.body)
      const said = saidIn(body.entry.body)
      return {
        ...next,
        lastN: Math.max(memory.lastN, body.entry.n),
        open: final ? others : { ...others, [body.entry.id]: body.entry },
        conversation:
          said === undefined ? memory.conversation : withSaid(memory.conversation, { ...said, n: body.entry.n }),
      }
    }
    case 'delta': {
      const entry = memory.open[body.entryId]
      const grown = entry === undefined ? undefined : withText(entry, body.field, body.offset, body.text)
      return grown === undefined ? next : { ...next, open: { ...memory.open, [grown.id]: grown } }
    }
    case 'usage':
      return {
        ...next,
        usage: { ...memory.usage, ...body.usage },
        ...(body.meter === undefined ? {} : { meter: body.meter }),
      }
    case 'snapshot': {
      const { turn, tree, repositories } = body.snapshot
      return { ...next, facts: { ...memory.facts, saved: { turn, tree, repositories } } }
    }
    case 'permission':
      return { ...next, openPermissions: [...memory.openPermissions, body.request.id] }
    case 'terminal': {
      const { terminal } = body
      const { [terminal.id]: known, ...others } = memory.terminals
      const isNew = known === undefined && terminal.end === undefined
      return {
        ...next,
        terminals: isKept(terminal) ? others : { ...others, [terminal.id]: terminal },
        terminalCount: memory.terminalCount + (isNew ? 1 : 0),
      }
    }
    case 'permission_lapsed':
      return { ...next, openPermissions: memory.openPermissions.filter((id) => id !== body.permissionId) }
    default:
      return next
  }
}

/** Whether nothing more will be written into an entry with this body. */
function isFinal(body: EntryBody): boolean {
  const text = growingText(body)
  if (text !== undefined && omittedUnits(text) > 0 && storedText(text) === undefined) return false
  switch (body.kind) {
    case 'message':
    case 'thought':
      return body.done
    case 'tool':
    case 'step':
      return body.status !== 'pending' && body.status !== 'in_progress'
    case 'permission':
      return body.outcome !== undefined
    default:
      return true
  }
}

/** Whether nothing more will be written of this terminal. */
function isKept({ end, log, tail, length }: RunTerminal): boolean {
  return end !== undefined && (log !== undefined || length <= tail.length)
}

/** The text of an entry that can grow. */
export function growingText(body: EntryBody): BoundedText | undefined {
  switch (body.kind) {
    case 'user':
    case 'message':
    case 'thought':
      return body.text
    case 'tool':
    case 'step':
      return body.output
    default:
      return undefined
  }
}

function withText(entry: TranscriptEntry, field: 'text' | 'output', offset: number, text: string): TranscriptEntry {
  const known = growingText(entry.body) ?? { head: '', tail: '', length: 0 }
  const grown = appendAt(known, offset, text) ?? known
  return { ...entry, body: { ...entry.body, [field]: grown } }
}
