import { z } from 'zod'
import { PermissionId, RunId, UserId } from '../ids.ts'
import { PermissionAnswer, PermissionOption, ProfileRuling, SubjectKind } from './permission.ts'
import { titleLimit, type Run } from './run.ts'
import { ShareAccess } from './share.ts'

/**
 * `request`: an agent waits for a person. `complete`: a turn went well. `error`: it did not. `access`: somebody outside of the team wants to see or to
 * steer a shared run. `budget`: a limit of the team or of its person is near, or reached.
 */
export const NotificationType = z.enum(['request', 'complete', 'error', 'access', 'budget'])
export type NotificationType = z.infer<typeof NotificationType>

/** Names a notification within its run and person: the permission's id, `turn-<n>`, or `access-<userId>`. */
export const NotificationId = z.string().min(1).max(80)

/** How a request was settled. Kept with the notification, because the question's own row goes with its turn. */
export const RequestOutcome = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('answered'),
    answer: PermissionAnswer.omit({ message: true }),
    /** With an `option`: its words. */
    option: PermissionOption.shape.name.optional(),
    by: UserId,
    /** ms since epoch. */
    at: z.number(),
  }),
  /** Nobody can answer it any more; `ruled`: since the run's profile did. */
  z.object({ kind: z.literal('lapsed'), at: z.number(), ruled: ProfileRuling.optional() }),
])
export type RequestOutcome = z.infer<typeof RequestOutcome>

/** Who wants what, and how it was settled. */
export const AccessWanted = z.object({
  userId: UserId,
  name: z.string().max(80),
  wants: ShareAccess,
  /** Absent while it waits. `over`: the run is not shared any more. */
  answer: z.enum([...ShareAccess.options, 'deny', 'over']).optional(),
  by: UserId.optional(),
})
export type AccessWanted = z.infer<typeof AccessWanted>

/** Row `notification/<userId>/<runId>/<id>`, readable by that person alone. What an agent did that somebody may want to know of. */
export const AgentNotification = z.object({
  id: NotificationId,
  userId: UserId,
  runId: RunId,
  type: NotificationType,
  /** ms since epoch. */
  at: z.number(),
  /** The run's title at that time. */
  title: z.string().max(titleLimit),
  /** What is asked for, why it failed, or the last line of the work. */
  text: z.string().max(600),
  permissionId: PermissionId.optional(),
  /** Of a request: what is asked for. */
  asks: SubjectKind.optional(),
  /** Of a request; absent while it is open. */
  outcome: RequestOutcome.optional(),
  /** Of an `access`. */
  access: AccessWanted.optional(),
  /** ms since epoch; absent: unread. */
  readAt: z.number().optional(),
  /** Put away by its person; kept until newer ones need the room. */
  archived: z.boolean().optional(),
})
export type AgentNotification = z.infer<typeof AgentNotification>

/** The newest of a person's notifications in one team that are kept. */
export const notificationLimit = 200

/** People whom a run notifies: who started it, and who wrote to its agent since. */
export function peopleOf(run: Pick<Run, 'createdBy' | 'participants'>): readonly UserId[] {
  return [...new Set([run.createdBy, ...(run.participants ?? [])])]
}

/** Those who can let somebody in, and are told that somebody waits: whose run it is, and who shared it. */
export function sharersOf(run: Pick<Run, 'createdBy'>, share: { readonly createdBy: UserId }): readonly UserId[] {
  return [...new Set([run.createdBy, share.createdBy])]
}

/** A child's news are its parent's business. */
export function isNotified(run: Pick<Run, 'source'>): boolean {
  return run.source !== 'ORCHESTRATION'
}
