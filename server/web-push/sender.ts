import { z } from 'zod'
import { AgentNotification } from '#shared/domain/notification.ts'
import { Permission, isAllowedAtAGlance } from '#shared/domain/permission.ts'
import { canAnswer } from '#shared/domain/policies.ts'
import { quietUntil } from '#shared/domain/push.ts'
import { type RunId, TeamId, UserId } from '#shared/ids.ts'
import { pushTextLimit, pushTitleLimit, type PushPayload, type PushTrouble } from '#shared/protocol/push.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import type { SpaceStore } from '#sync/server/space-store.ts'
import { roleIn } from '../auth/accounts.ts'
import type { Database } from '../db/database.ts'
import type { PushOptions, PushService } from './push-service.ts'
import type { Subscription, Subscriptions } from './subscriptions.ts'
import { tokenLifeMs, type PushTokens } from './tokens.ts'

/** One notification for one subscription. */
export const PushJob = z.object({
  subscriptionId: z.string(),
  teamId: TeamId,
  userId: UserId,
  /** Key of the notification. */
  row: z.string(),
  /** It was put off once already because its person seemed to look at the run. */
  waited: z.boolean().optional(),
})
export type PushJob = z.infer<typeof PushJob>

/** What became of a job. `later`: it is to be tried again at that time (ms since epoch), with this job. */
export type JobOutcome =
  | { readonly status: 'sent' }
  /** `trouble`: its push service refused it. */
  | { readonly status: 'dropped'; readonly why: string; readonly trouble?: PushTrouble }
  | { readonly status: 'later'; readonly at: number; readonly job: PushJob }
  /** The push service may take it on another try. */
  | { readonly status: 'failed'; readonly trouble: PushTrouble }

export type SenderDeps = {
  readonly database: Database
  readonly store: Pick<SpaceStore, 'read' | 'scan'>
  readonly subscriptions: Pick<Subscriptions, 'find' | 'noteSent' | 'noteTrouble' | 'prune'>
  readonly tokens: Pick<PushTokens, 'make'>
  readonly service: Pick<PushService, 'send'>
  /** Whether a visible page of this person shows the run, as far as this process knows. */
  readonly isWatching: (runId: RunId, userId: UserId) => boolean
  readonly now: () => number
  readonly log: {
    info(facts: object, message: string): void
    warn(facts: object, message: string): void
    error(facts: object, message: string): void
  }
}

/**
 * A page that shows the run may be one whose connection is dead, which shows within this time: only then is the person known to have
 * seen the question.
 */
const lookAgainMs = 45_000
const lifeMs = 24 * 60 * 60_000

/** Sends what is still worth sending at this moment; nothing is sent for what was read, answered or not wanted meanwhile. */
export async function sendPush(deps: SenderDeps, job: PushJob): Promise<JobOutcome> {
  const subscription = await deps.subscriptions.find(job.subscriptionId)
  if (subscription === undefined || subscription.userId !== job.userId) return dropped('no subscription')
  const role = await roleIn(deps.database, job.teamId, job.userId)
  if (role === undefined) return dropped('not in the team any more')
  const notification = await read(deps, job.teamId, job.row, AgentNotification)
  if (notification === undefined || notification.readAt !== undefined || notification.archived === true)
    return dropped('read')
  const { settings } = subscription
  if (!settings[settingOf(notification.type)]) return dropped('not wanted')

  const question = await openQuestion(deps, job.teamId, notification)
  if (notification.type === 'request' && question === undefined) return dropped('answered')
  const quietEnd = quietUntil(settings.quiet, deps.now())
  // A question is told of once the quiet hours are over, if it still waits; what is done or failed stands in the inbox.
  if (quietEnd !== undefined)
    return question === undefined ? dropped('quiet hours') : { status: 'later', at: quietEnd, job }
  if (deps.isWatching(notification.runId, job.userId)) {
    if (question === undefined || job.waited === true) return dropped('on screen')
    return { status: 'later', at: deps.now() + lookAgainMs, job: { ...job, waited: true } }
  }
  const payload = await payloadOf(deps, subscription, job, notification, question, canAnswer(role))
  return await deliver(deps, subscription, payload, {
    lifeMs: question === undefined ? lifeMs : tokenLifeMs,
    urgency: question === undefined ? 'normal' : 'high',
    topic: topicOf(notification),
  })
}

/** Sends, and notes what the push service said where its person can see it. */
export async function deliver(
  deps: Pick<SenderDeps, 'service' | 'subscriptions' | 'log'>,
  subscription: Subscription,
  payload: PushPayload,
  options: PushOptions,
): Promise<JobOutcome> {
  const outcome = await deps.service.send(subscription, payload, options)
  const about = { user: subscription.userId, service: new URL(subscription.endpoint).host, kind: payload.kind }
  switch (outcome.status) {
    case 'sent':
      deps.log.info(about, 'a push was sent')
      await deps.subscriptions.noteSent(subscription.id)
      return { status: 'sent' }
    case 'gone':
      deps.log.info(about, 'a browser takes no more pushes')
      await deps.subscriptions.prune(subscription.id)
      return dropped('gone')
    case 'refused':
      // Status 0: it was not asked, because of its address.
      deps.log[outcome.trouble.status === 0 ? 'warn' : 'error'](
        { ...about, ...outcome.trouble },
        'a push service refused a push',
      )
      await deps.subscriptions.noteTrouble(subscription.id, outcome.trouble)
      return { status: 'dropped', why: 'refused', trouble: outcome.trouble }
    case 'failed':
      await deps.subscriptions.noteTrouble(subscription.id, outcome.trouble)
      return { status: 'failed', trouble: outcome.trouble }
  }
}

const dropped = (why: string): JobOutcome => ({ status: 'dropped', why })

async function read<T>(
  deps: Pick<SenderDeps, 'store'>,
  teamId: TeamId,
  key: string,
  schema: z.ZodType<T>,
): Promise<T | undefined> {
  const { rows } = await deps.store.read(teamSpace(teamId), [key])
  return schema.safeParse(rows[0]?.value).data
}

/** Somebody who waits to be let in asks too; money that is spent holds work up, as a failure does. */
function settingOf(type: AgentNotification['type']): 'request' | 'complete' | 'error' {
  if (type === 'access') return 'request'
  return type === 'budget' ? 'error' : type
}

async function openQuestion(
  deps: Pick<SenderDeps, 'store'>,
  teamId: TeamId,
  { runId, permissionId }: AgentNotification,
): Promise<Permission['request'] | undefined> {
  if (permissionId === undefined) return undefined
  const permission = await read(deps, teamId, keys.permission(runId, permissionId), Permission)
  return permission?.state === 'open' ? permission.request : undefined
}

async function payloadOf(
  deps: Pick<SenderDeps, 'store' | 'tokens'>,
  subscription: Subscription,
  job: PushJob,
  notification: AgentNotification,
  question: Permission['request'] | undefined,
  mayAnswer: boolean,
): Promise<PushPayload> {
  const { rows } = await deps.store.scan(teamSpace(job.teamId), keys.notificationsOf(job.userId))
  const unread = rows
    .flatMap((row) => AgentNotification.safeParse(row.value).data ?? [])
    .filter((one) => one.readAt === undefined && one.archived !== true).length
  const ask =
    question === undefined || !mayAnswer
      ? undefined
      : {
          permissionId: question.id,
          atAGlance: isAllowedAtAGlance(question.subject),
          answerable: question.subject.kind !== 'question',
          ...(await deps.tokens.make(subscription.id, job, question)),
        }
  return {
    kind: 'notification',
    teamId: job.teamId,
    runId: notification.runId,
    id: notification.id,
    type: notification.type,
    title: cut(notification.title, pushTitleLimit),
    text: cut(notification.text, pushTextLimit),
    ...(notification.asks === undefined ? {} : { asks: notification.asks }),
    ...(notification.access === undefined ? {} : { wants: notification.access.wants }),
    at: notification.at,
    unread,
    ...(ask === undefined ? {} : { ask }),
  }
}

function cut(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text
}

/** 32 of the letters that a topic may have (RFC 8030, 5.4): what a run says last takes the place of what it said before. */
function topicOf({ runId, permissionId }: AgentNotification): string {
  return (permissionId ?? runId).replaceAll('-', '').slice(0, 32)
}
