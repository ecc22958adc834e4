import { z } from 'zod'
import { NotificationId, NotificationType } from '../domain/notification.ts'
import { SubjectKind } from '../domain/permission.ts'
import { PushSettings } from '../domain/push.ts'
import { ShareAccess } from '../domain/share.ts'
import { PermissionId, RunId, TeamId } from '../ids.ts'

/** The longest title and text in a push, in UTF-16 units: a push service takes 4,096 bytes, encrypted. */
export const pushTitleLimit = 120
export const pushTextLimit = 300

/** What a push carries, encrypted for one browser (RFC 8291). */
export const PushPayload = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('notification'),
    teamId: TeamId,
    runId: RunId,
    id: NotificationId,
    type: NotificationType,
    title: z.string().max(pushTitleLimit),
    text: z.string().max(pushTextLimit),
    /** Of a request: what is asked for. */
    asks: SubjectKind.optional(),
    /** Of an `access`: whether they want to see the run or to steer it; `text` is their name. */
    wants: ShareAccess.optional(),
    /** ms since epoch. */
    at: z.number(),
    /** Notifications of this person in this team that are not read. */
    unread: z.number().int().nonnegative(),
    /** An open question. With the token it can be answered once, from the notification itself. */
    ask: z
      .object({
        permissionId: PermissionId,
        /** The notification shows the whole of it, and it can be undone: else it is looked at before it is allowed. */
        atAGlance: z.boolean(),
        /** The question can be answered with Allow and Deny. */
        answerable: z.boolean(),
        token: z.string().max(100),
        expiresAt: z.number(),
      })
      .optional(),
  }),
  /** What a person sent to this device to see that it comes. */
  z.object({ kind: z.literal('test'), at: z.number() }),
])
export type PushPayload = z.infer<typeof PushPayload>

/** Body of `POST /api/v1/push/answer`: what a button on a notification sends. It needs no session, only its token. */
export const PushAnswer = z.object({ token: z.string().min(1).max(100), answer: z.enum(['allow_once', 'deny']) })
export type PushAnswer = z.infer<typeof PushAnswer>

/** base64url, as `PushSubscription.toJSON()` gives them: an uncompressed point of P-256 (65 bytes), and 16 bytes (RFC 8291, 2). */
const PublicKey = z.string().regex(/^B[A-Za-z0-9_-]{86}=?$/, 'This is not the key of a browser.')
const Secret = z.string().regex(/^[A-Za-z0-9_-]{22}={0,2}$/, 'This is not the secret of a browser.')

/** Body of `PUT /api/v1/push/subscription`: what `PushSubscription.toJSON()` gives, and what the device wants. */
export const NewPushSubscription = z.object({
  endpoint: z.url({ protocol: /^https$/, error: 'The address of a push service starts with https://.' }).max(1000),
  keys: z.object({ p256dh: PublicKey, auth: Secret }),
  settings: PushSettings,
})
export type NewPushSubscription = z.infer<typeof NewPushSubscription>

/** What a push service said when it did not take a push. `status` is 0 when it could not be reached. */
export const PushTrouble = z.object({ status: z.number().int(), text: z.string().max(300), at: z.number() })
export type PushTrouble = z.infer<typeof PushTrouble>

/** A browser of this person that asked for pushes. Times are ms since epoch. */
export const PushSubscriptionInfo = z.object({
  id: z.string(),
  /** The device as the list of devices names it. */
  device: z.string(),
  /** It is the browser that asks. */
  current: z.boolean(),
  /** Host of its push service. */
  service: z.string(),
  settings: PushSettings,
  createdAt: z.number(),
  lastSentAt: z.number().optional(),
  trouble: PushTrouble.optional(),
})
export type PushSubscriptionInfo = z.infer<typeof PushSubscriptionInfo>

/** Answer of `GET /api/v1/push`. */
export const PushState = z.object({
  /** The server's key (RFC 8292), base64url, for `pushManager.subscribe`. */
  publicKey: z.string(),
  subscriptions: z.array(PushSubscriptionInfo),
})
export type PushState = z.infer<typeof PushState>

/** Answer of `POST /api/v1/push/subscription/:id/test`: what the push service said. */
export const PushTestResult = z.object({ sent: z.boolean(), trouble: PushTrouble.optional() })
export type PushTestResult = z.infer<typeof PushTestResult>
