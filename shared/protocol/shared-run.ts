import { z } from 'zod'
import { PermissionAnswer } from '../domain/permission.ts'
import { PromptMode, promptLimit } from '../domain/prompt.ts'
import { ShareAccess } from '../domain/share.ts'
import { TranscriptEntry } from '../domain/transcript.ts'
import { DeliveryId, PermissionId, PromptId, RunId, TeamId, UserId } from '../ids.ts'
import { LiveDelta } from './browser-socket.ts'
import { IntentRef, PatchOperation } from './sync.ts'

/**
 * What somebody with a link sees of a run, at `/api/v1/shared/<runId>/<secret>`. The rows have the shapes of the synced ones and are written
 * anew by the server's presenter: ids of people are stand-ins that mean nothing outside of this link.
 */

/** Somebody who did something in the run. */
export const SharedPerson = z.object({ id: UserId, name: z.string(), hue: z.number().int() })
export type SharedPerson = z.infer<typeof SharedPerson>

/** Who looks, and what that lets them do. */
export const SharedYou = z.object({
  access: ShareAccess,
  /** Without an account: absent. */
  id: UserId.optional(),
  name: z.string().optional(),
  /** What this person has asked for and nobody has answered. */
  asked: ShareAccess.optional(),
})
export type SharedYou = z.infer<typeof SharedYou>

export const SharedView = z.object({
  you: SharedYou,
  sharedBy: z.string(),
  /** What the harness is called; absent while no runner of the team has told. */
  agent: z.object({ name: z.string(), letters: z.string() }).optional(),
  people: z.array(SharedPerson),
  /** `run/…`, `permission/…`, `chunk/…`, `files`, `tasks`, `artifact/…`: everything but older chunks. */
  rows: z.array(PatchOperation),
})
export type SharedView = z.infer<typeof SharedView>

/** `GET …/chunks?before=<number>`: the chunks of the transcript before that one. */
export const SharedPage = z.object({ rows: z.array(PatchOperation), people: z.array(SharedPerson) })
export type SharedPage = z.infer<typeof SharedPage>

/** Why the link opens nothing for who asks. `member`: it is a run of a team that they are in. */
export const SharedGate = z.discriminatedUnion('gate', [
  z.object({ gate: z.literal('member'), teamId: TeamId, chosen: z.boolean() }),
  z.object({ gate: z.literal('sign_in') }),
  z.object({ gate: z.literal('not_named'), email: z.string(), asked: ShareAccess.optional() }),
])
export type SharedGate = z.infer<typeof SharedGate>

/** `GET …`: 200 in any case where the link is right. */
export const SharedAnswer = z.union([SharedView, SharedGate])
export type SharedAnswer = z.infer<typeof SharedAnswer>

/** One server-sent event of `GET …/live`, as JSON in `data`. The first is `view`; then what changes. */
export const SharedEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('view'), view: SharedView }),
  z.object({ type: z.literal('rows'), rows: z.array(PatchOperation), people: z.array(SharedPerson) }),
  z.object({ type: z.literal('you'), you: SharedYou }),
  /** Unfinished entries as they are now, then their growing texts. */
  z.object({ type: z.literal('live_state'), entries: z.array(TranscriptEntry) }),
  z.object({ type: z.literal('live'), deltas: z.array(LiveDelta) }),
  z.object({ type: z.literal('ping'), at: z.number() }),
  /** Nothing follows: sharing stopped, or not with this person any more. */
  z.object({ type: z.literal('ended') }),
])
export type SharedEvent = z.infer<typeof SharedEvent>

/** A page that heard nothing for twice as long connects anew. */
export const sharedPingMs = 20_000

export const SharedAsk = z.object({ wants: ShareAccess })
export const SharedPrompt = IntentRef.extend({
  promptId: PromptId,
  deliveryId: DeliveryId,
  text: z.string().min(1).max(promptLimit),
  mode: PromptMode,
})
export const SharedPermissionAnswer = IntentRef.extend({
  permissionId: PermissionId,
  deliveryId: DeliveryId,
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  answer: PermissionAnswer,
})
export const SharedStop = IntentRef.extend({ deliveryId: DeliveryId })

export const sharedPath = (runId: RunId, secret: string): string => `/shared/${runId}/${secret}`
