import type { Permission, PermissionAnswer } from '#shared/domain/permission.ts'
import { AnswerPermissionArgs } from '#sync/core/mutators/answer-permission.ts'
import type { RefusedMutation } from '#shared/domain/notice.ts'
import type { RunId, UserId } from '#shared/ids.ts'
import type { PendingMutation } from '#sync/client/workspace.ts'
import type { ShownIntent } from '../../../words/states.ts'

/** A question as the page shows it. */
export type Ask =
  | { readonly state: 'open'; readonly permission: Permission }
  /** Answered; shown until the machine that runs the agent took it. */
  | {
      readonly state: 'answered'
      readonly permission: Permission
      readonly answer: PermissionAnswer
      readonly mine: boolean
      readonly intent: ShownIntent
    }

/** An answer of this person that came too late or to something else. */
export type LateAnswer = {
  readonly refused: RefusedMutation
  readonly permission: Permission | undefined
}

/**
 * What of a run's questions is shown above the composer: those that are open, oldest first, and answers on their way.
 * An answer by somebody else, or one that is done, is a line of the transcript instead.
 */
export function toAsks(
  permissions: readonly Permission[],
  pending: readonly PendingMutation[],
  me: UserId,
): readonly Ask[] {
  const local = new Set(pending.flatMap((mutation) => answeredId(mutation.name, mutation.args) ?? []))
  const sorted = permissions.toSorted((a, b) => a.request.askedAt - b.request.askedAt)
  return sorted.flatMap((permission): readonly Ask[] => {
    if (permission.state === 'open') return [{ state: 'open', permission }]
    if (permission.state === 'lapsed' || permission.answer === undefined) return []
    const mine = permission.answeredBy === me
    const delivery = permission.delivery ?? 'accepted'
    const intent: ShownIntent = mine && delivery === 'accepted' && local.has(permission.request.id) ? 'local' : delivery
    if (intent === 'done') return []
    return [{ state: 'answered', permission, answer: permission.answer, mine, intent }]
  })
}

/** Answers to this run's questions that the server refused, newest last. */
export function lateAnswers(
  refused: readonly RefusedMutation[],
  permissions: readonly Permission[],
  runId: RunId,
): readonly LateAnswer[] {
  return refused.flatMap((row) => {
    if (row.name !== 'answerPermission') return []
    const args = readArgs(row.args)
    if (args === undefined || args.runId !== runId) return []
    return [{ refused: row, permission: permissions.find((permission) => permission.request.id === args.permissionId) }]
  })
}

function answeredId(name: string, args: unknown): string | undefined {
  if (name !== 'answerPermission') return undefined
  const parsed = AnswerPermissionArgs.safeParse(args)
  return parsed.success ? parsed.data.permissionId : undefined
}

function readArgs(json: string): AnswerPermissionArgs | undefined {
  try {
    const parsed = AnswerPermissionArgs.safeParse(JSON.parse(json))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}

/** A command as its parts: those that are dangerous, what joins them, the rest. Their texts joined give the command. */
export function commandPieces(
  command: string,
  effects: readonly { readonly text: string; readonly danger: boolean }[],
): readonly { readonly text: string; readonly kind: 'part' | 'danger' | 'between' }[] {
  const pieces: { text: string; kind: 'part' | 'danger' | 'between' }[] = []
  let at = 0
  for (const effect of effects) {
    const found = effect.text === '' ? -1 : command.indexOf(effect.text, at)
    if (found === -1) continue
    if (found > at) pieces.push(rest(command.slice(at, found)))
    pieces.push({ text: effect.text, kind: effect.danger ? 'danger' : 'part' })
    at = found + effect.text.length
  }
  if (at < command.length) pieces.push(rest(command.slice(at)))
  return pieces
}

/** What no effect speaks of: only what joins commands may step back, everything else is as loud as the rest. */
function rest(text: string): { text: string; kind: 'part' | 'between' } {
  return { text, kind: /^[\s;&|]+$/.test(text) ? 'between' : 'part' }
}
