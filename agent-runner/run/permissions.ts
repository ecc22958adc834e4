import {
  askLine,
  denyMessageLimit,
  type PermissionAnswer,
  type PermissionOption,
  type PermissionRequest,
  type PermissionSubject,
  type ProfileRuling,
} from '#shared/domain/permission.ts'
import type { EntryBody } from '#shared/domain/transcript.ts'
import type { EntryId, RunId, UserId } from '#shared/ids.ts'
import { PermissionId } from '#shared/ids.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, ok, type Result } from '#shared/result.ts'
import type { Clock } from '../clock.ts'
import { hideIn } from '../secrets/hide-in.ts'
import type { Hiding } from '../secrets/hiding.ts'
import type { Journal } from './journal.ts'
import { cut, type Transcript } from './transcript.ts'

/** Questions that one run may have open. */
const openLimit = 50

export type PermissionOutcome =
  | { kind: 'answered'; answer: PermissionAnswer; option: PermissionOption | undefined }
  /** The run's profile answered it: it was changed, or nobody answered in time. */
  | { kind: 'ruled'; decision: 'allow' | 'deny'; sentence: string }
  /** The run ended, or the agent withdrew the question. */
  | { kind: 'lapsed' }

/** The profile's own answer to a question. */
export interface ProfileAnswer {
  decision: 'allow' | 'deny'
  profile: string
  /** Of a denial: what the agent hears. Of what is allowed: why, for people. */
  sentence: string
}

export interface Question {
  title: string
  subject: PermissionSubject
  reason: string
  options: readonly PermissionOption[]
  toolCallId?: string | undefined
  similar?: string | undefined
  profile?: PermissionRequest['profile']
  /** What the run's profile says to it by now; `undefined`: it asks. Absent: only people can answer. */
  reconsider?: () => ProfileAnswer | undefined
  /** So long it waits for people, in milliseconds; then it is denied in the name of its profile. */
  expiresAfterMs?: number | undefined
}

/** The open questions of a run. Nothing that was asked about happens before its answer. */
export interface Permissions {
  ask(question: Question, signal?: AbortSignal): Promise<PermissionOutcome>
  /** The first answer wins; one to another text than the one that is open is stale. */
  answer(given: {
    permissionId: PermissionId
    digest: string
    answer: PermissionAnswer
    by: UserId
    at: number
  }): Result<void, Refusal>
  open(): number
  /** The profile was changed: what it answers itself by now is settled. */
  reconsider(): void
  /** Keeps in the transcript what the profile denied without asking. */
  noteDenied(question: Pick<Question, 'title' | 'subject'>, answer: ProfileAnswer): void
  /** Every open question is withdrawn. */
  lapseAll(): void
}

export interface PermissionsDeps {
  runId: RunId
  turn: () => number
  agent: string
  journal: Pick<Journal, 'append' | 'record'>
  transcript: Pick<Transcript, 'endSpeech' | 'flush' | 'add' | 'rewrite'>
  clock: Clock
  digest: (title: string, subject: PermissionSubject) => string
  hiding: Hiding
}

interface Open {
  request: PermissionRequest
  entryId: EntryId
  settle: (outcome: PermissionOutcome, by?: UserId | ProfileAnswer) => void
  reconsider: (() => ProfileAnswer | undefined) | undefined
  /** Asks the same again under a new id: to everybody else the question is answered. */
  askAgain: () => void
}

export function createPermissions(deps: PermissionsDeps): Permissions {
  const { journal, transcript, clock } = deps
  const open = new Map<PermissionId, Open>()
  const answered = new Set<PermissionId>()

  function ask(question: Question, signal?: AbortSignal): Promise<PermissionOutcome> {
    if (signal?.aborted === true || open.size >= openLimit) return Promise.resolve({ kind: 'lapsed' })
    transcript.endSpeech()
    // Before its digest: people answer what they saw.
    const blank = hideIn<Omit<PermissionRequest, 'digest'>>(deps.hiding, {
      id: PermissionId.parse(clock.newId()),
      runId: deps.runId,
      turn: deps.turn(),
      ...(question.toolCallId === undefined ? {} : { toolCallId: cut(question.toolCallId, 200) }),
      agent: cut(deps.agent, 60),
      title: cut(question.title, 300),
      subject: question.subject,
      reason: cut(question.reason, 400),
      ...(question.profile === undefined ? {} : { profile: question.profile }),
      ...(question.similar === undefined ? {} : { similar: question.similar }),
      options: question.options.slice(0, 12).map((option) => ({ ...option, name: cut(option.name, 200) })),
      askedAt: clock.now(),
      ...(question.expiresAfterMs === undefined ? {} : { expiresAt: clock.now() + question.expiresAfterMs }),
    })
    const request: PermissionRequest = { ...blank, digest: deps.digest(blank.title, blank.subject) }
    const entry = {
      kind: 'permission' as const,
      permissionId: request.id,
      title: request.title,
      line: askLine(request),
    }
    transcript.flush()
    journal.append({ type: 'permission', request })
    const entryId = transcript.add(entry)
    if (open.size === 0) {
      journal.append({ type: 'state', event: 'block', turn: deps.turn(), reason: { text: cut(request.title, 600) } })
    }
    return new Promise((resolve) => {
      const withdraw = (): void => settle({ kind: 'lapsed' })
      const expiry = expiringAfter(question, (answer) => settle(ruledBy(answer), answer))
      function lapse(): void {
        journal.append({ type: 'permission_lapsed', permissionId: request.id })
        transcript.rewrite(entryId, { ...entry, outcome: { kind: 'lapsed', at: clock.now() } })
      }
      function settle(outcome: PermissionOutcome, by?: UserId | ProfileAnswer): void {
        signal?.removeEventListener('abort', withdraw)
        clearTimeout(expiry)
        open.delete(request.id)
        const at = clock.now()
        if (outcome.kind === 'lapsed') lapse()
        else if (outcome.kind === 'ruled') {
          answered.add(request.id)
          journal.append({ type: 'permission_lapsed', permissionId: request.id, ...ruledIn(by) })
          transcript.rewrite(entryId, { ...entry, outcome: answeredByProfile(by, at) })
        } else {
          answered.add(request.id)
          void journal.record({ k: 'answered', permissionId: request.id })
          const who = typeof by === 'string' ? { by } : {}
          const { answer, option } = outcome
          const chosen = answer.kind === 'option' && option !== undefined ? { option: option.name } : {}
          transcript.rewrite(entryId, { ...entry, outcome: { kind: 'answered', answer, ...chosen, ...who, at } })
        }
        if (open.size === 0) journal.append({ type: 'state', event: 'unblock', turn: deps.turn() })
        resolve(outcome)
      }
      function askAgain(): void {
        // Before the old one is withdrawn, so that the run stays blocked.
        void ask(question, signal).then(resolve)
        signal?.removeEventListener('abort', withdraw)
        clearTimeout(expiry)
        open.delete(request.id)
        lapse()
      }
      open.set(request.id, { request, entryId, settle, askAgain, reconsider: question.reconsider })
      signal?.addEventListener('abort', withdraw, { once: true })
    })
  }

  return {
    ask,
    reconsider: () => {
      for (const one of [...open.values()]) {
        const answer = one.reconsider?.()
        if (answer !== undefined) one.settle(ruledBy(answer), answer)
      }
    },
    noteDenied: ({ title, subject }, answer) => {
      transcript.endSpeech()
      transcript.add({
        kind: 'permission',
        permissionId: PermissionId.parse(clock.newId()),
        title: cut(title, 300),
        line: askLine({ title, subject }),
        outcome: answeredByProfile(answer, clock.now()),
      })
    },
    answer: ({ permissionId, digest, answer, by }) => {
      const one = open.get(permissionId)
      if (one === undefined) {
        return err(
          answered.has(permissionId)
            ? refusal('already_answered')
            : refusal('expired', 'the question is not open any more'),
        )
      }
      const option = chosenOption(one.request.options, answer)
      const objection = objectionTo(one.request, { digest, answer, option })
      if (objection !== undefined) {
        one.askAgain()
        return err(objection)
      }
      one.settle({ kind: 'answered', answer, option }, by)
      return ok()
    },
    open: () => open.size,
    lapseAll: () => {
      for (const one of [...open.values()]) one.settle({ kind: 'lapsed' })
    },
  }
}

function ruledBy({ decision, sentence }: ProfileAnswer): PermissionOutcome {
  return { kind: 'ruled', decision, sentence }
}

function ruledIn(by: UserId | ProfileAnswer | undefined): { ruled?: ProfileRuling } {
  return typeof by === 'object' ? { ruled: { decision: by.decision, profile: cut(by.profile, 60) } } : {}
}

/** How it stands in the transcript: with the profile's name in the place of a person's. */
function answeredByProfile(
  by: UserId | ProfileAnswer | undefined,
  at: number,
): NonNullable<Extract<EntryBody, { kind: 'permission' }>['outcome']> {
  const { decision, profile, sentence } =
    typeof by === 'object' ? by : { decision: 'deny' as const, profile: '', sentence: '' }
  const answer: PermissionAnswer =
    decision === 'allow' ? { kind: 'allow_once' } : { kind: 'deny', message: cut(sentence, denyMessageLimit) }
  return { kind: 'answered', answer, profile: cut(profile, 60), at }
}

function expiringAfter(
  { expiresAfterMs, profile }: Question,
  deny: (answer: ProfileAnswer) => void,
): NodeJS.Timeout | undefined {
  if (expiresAfterMs === undefined) return undefined
  const name = profile?.name ?? ''
  const sentence = `Denied by the profile ${name}: nobody answered within ${minutes(expiresAfterMs)}. Go on without it, and say what is left to do.`
  return setTimeout(() => deny({ decision: 'deny', profile: name, sentence }), expiresAfterMs)
}

function minutes(ms: number): string {
  const count = Math.max(1, Math.round(ms / 60_000))
  return count === 1 ? 'a minute' : `${count} minutes`
}

function objectionTo(
  request: PermissionRequest,
  { digest, answer, option }: { digest: string; answer: PermissionAnswer; option: PermissionOption | undefined },
): Refusal | undefined {
  if (request.digest !== digest) return refusal('stale', 'the question changed since it was shown')
  if (option === undefined && answer.kind === 'option')
    return refusal('invalid', `there is no choice ${answer.optionId ?? ''}`)
  if (answer.kind === 'allow_similar' && request.similar === undefined)
    return refusal('invalid', 'this question can only be allowed once')
  return undefined
}

/** The harness's own choice for an answer, by kind and never by id. "Similar" is remembered by Drover, so the harness hears "once". */
function chosenOption(options: readonly PermissionOption[], answer: PermissionAnswer): PermissionOption | undefined {
  const first = (...kinds: PermissionOption['kind'][]): PermissionOption | undefined =>
    kinds.map((kind) => options.find((option) => option.kind === kind)).find((option) => option !== undefined)
  switch (answer.kind) {
    case 'allow_once':
    case 'allow_similar':
      return first('allow_once', 'allow_always')
    case 'deny':
      return first('reject_once', 'reject_always')
    case 'option':
      return options.find((option) => option.optionId === answer.optionId)
  }
}
