import { z } from 'zod'
import { EntryId, PlanId, RunId, UserId } from '../ids.ts'
import { Json } from '../json.ts'
import { Refusal } from '../refusal.ts'
import { PlanParticipant } from '../domain/plan-participant.ts'
import { TranscriptEntry } from '../domain/transcript.ts'
import { PatchOperation, PullRequest, PushRequest, SpaceId, SyncCookie } from './sync.ts'

/**
 * One WebSocket per browser profile at `/api/sync/socket` (session cookie, origin checked): pokes, pushes, pulls, live text, presence.
 * JSON text frames, one message each.
 *
 * 2: pushes, 3: pulls. An app of an earlier one is told `reload`, and pushes what waits by HTTP, as it always did. So does an app
 * of 3 at an earlier server, which would never answer it.
 */
export const browserProtocol = 3

const RequestId = z.string().min(1).max(64)

/** browser → server */
export const BrowserUp = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('hello'),
    protocol: z.number().int(),
    schemaVersion: z.string().max(64),
    profileId: z.string().max(64),
  }),
  /** Send pokes of this space. `cookie`: what the client has, so that the server can say at once whether it is behind. */
  z.object({ type: z.literal('subscribe'), space: SpaceId, cookie: SyncCookie.nullable() }),
  z.object({ type: z.literal('unsubscribe'), space: SpaceId }),
  /** Send the growing texts of this run; answered with `live_state`. */
  z.object({ type: z.literal('follow'), runId: RunId }),
  z.object({ type: z.literal('unfollow'), runId: RunId }),
  z.object({
    type: z.literal('presence'),
    runId: RunId.nullable(),
    visible: z.boolean(),
    typing: z.boolean().optional(),
  }),
  /**
   * What `POST /api/sync/push?space=…` and `…/pull?space=…` take, answered with `answer` or `use_http`. `id`: random, as the tabs of
   * a profile hear each other's answers. A push that doesn't fit into a frame goes by HTTP.
   */
  z.object({ type: z.literal('push'), id: RequestId, space: SpaceId, body: PushRequest }),
  z.object({ type: z.literal('pull'), id: RequestId, space: SpaceId, body: PullRequest }),
  z.object({ type: z.literal('ping'), at: z.number() }),
])
export type BrowserUp = z.infer<typeof BrowserUp>

export const LiveDelta = z.object({
  entryId: EntryId,
  field: z.enum(['text', 'output']),
  offset: z.number().int().nonnegative(),
  text: z.string(),
})
export type LiveDelta = z.infer<typeof LiveDelta>

/** server → browser */
export const BrowserDown = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('welcome'),
    protocol: z.number().int(),
    serverVersion: z.string(),
    userId: UserId,
    at: z.number(),
  }),
  /** This app is too old or too new for the server: push what is queued, then reload. */
  z.object({ type: z.literal('reload'), reason: z.enum(['protocol', 'schema']) }),
  /**
   * Everything that changed after `base`, up to `version`. Rows are whole, so it also fits a client that is between the
   * two; one that is behind `base` pulls instead. `mutations`: those taken, by client group and client.
   */
  z.object({
    type: z.literal('poke'),
    space: SpaceId,
    base: z.number().int().nonnegative(),
    version: z.number().int().nonnegative(),
    patch: z.array(PatchOperation),
    mutations: z.record(z.string(), z.record(z.string(), z.number().int())),
  }),
  /** The space moved on and the patch is not sent (too large, slow reader): pull. */
  z.object({ type: z.literal('behind'), space: SpaceId, version: z.number().int().nonnegative() }),
  /** The right to read this space ended: forget it. */
  z.object({ type: z.literal('gone'), space: SpaceId, refusal: Refusal }),
  /** Unfinished entries as they are now: all of them on `follow`, then each new one. Deltas that follow have greater offsets. */
  z.object({ type: z.literal('live_state'), runId: RunId, entries: z.array(TranscriptEntry) }),
  z.object({ type: z.literal('live'), runId: RunId, deltas: z.array(LiveDelta) }),
  z.object({
    type: z.literal('presence'),
    runId: RunId,
    people: z.array(z.object({ userId: UserId, typing: z.boolean() })),
  }),
  /**
   * Who has which plan open, to those who get pokes of the team: all of it after `subscribe` (`whole`: in a plan that is not named there is nobody),
   * and then each plan that changed. `more`: how many there are beyond those who are named. An app that does not know this drops it.
   */
  z.object({
    type: z.literal('plan_participants'),
    whole: z.boolean(),
    plans: z.array(
      z.object({ planId: PlanId, participants: z.array(PlanParticipant), more: z.number().int().nonnegative() }),
    ),
  }),
  /** The status and the JSON that HTTP would have answered this push or pull with. */
  z.object({ type: z.literal('answer'), id: z.string(), status: z.number().int(), body: Json }),
  /** The answer to this pull is too large for a socket that brings other things too. */
  z.object({ type: z.literal('use_http'), id: z.string() }),
  z.object({ type: z.literal('pong'), at: z.number(), serverAt: z.number() }),
  z.object({ type: z.literal('error'), refusal: Refusal }),
])
export type BrowserDown = z.infer<typeof BrowserDown>

/** The client sends `ping` this often, and takes a connection without any frame for twice as long as dead. */
export const pingMs = 15_000
/** Of UTF-8. The server ends the connection of whoever sends more. */
export const maxUpFrameBytes = 64_000
/** Of JSON: a longer answer to a pull goes by HTTP, beside what the socket brings. */
export const maxAnswerUnits = 64_000
