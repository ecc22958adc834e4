import type { RefusedMutation } from '#shared/domain/notice.ts'
import type { Permission } from '#shared/domain/permission.ts'
import type { Prompt } from '#shared/domain/prompt.ts'
import { hasEnded, type Run } from '#shared/domain/run.ts'
import type { Refusal } from '#shared/refusal.ts'
import type { DeviceIntent } from '#sync/client/workspace.ts'
import type { ShownIntent } from '../../words/states.ts'

/** How far something that was done here has come. */
export type Standing = { readonly state: ShownIntent; readonly refusal?: Refusal | undefined }

/** The rows that an intent is about, as far as this device has them. */
export type AboutRows = {
  readonly run: Run | undefined
  readonly permission: Permission | undefined
  readonly prompt: Prompt | undefined
}

/**
 * Where an intent stands by the rows of now: the device knows when the server took it, and only the rows tell whether the machine
 * that runs the agent has it, and whether it took effect.
 */
export function standingOf(intent: DeviceIntent, about: AboutRows): Standing {
  if (intent.state !== 'accepted') return { state: intent.state, refusal: intent.refusal }
  switch (intent.name) {
    case 'answerPermission':
      return { state: about.permission?.delivery ?? 'accepted', refusal: about.permission?.refusal }
    case 'sendPrompt':
    case 'sendPromptNow':
      // Its row goes when the agent has taken the message, or a person took it back.
      return about.prompt === undefined
        ? { state: 'done' }
        : { state: about.prompt.state, refusal: about.prompt.refusal }
    case 'createRun':
      return { state: startOf(about.run) }
    case 'stopRun':
      if (about.run !== undefined && hasEnded(about.run.state)) return { state: 'done' }
      return { state: about.run?.stop?.state ?? 'accepted' }
    default:
      // The others are done with the row that they change.
      return { state: 'done' }
  }
}

function startOf(run: Run | undefined): ShownIntent {
  switch (run?.state) {
    case undefined:
    case 'QUEUED':
    case 'PENDING':
      // Later turns wait in the same states; the first has begun by then.
      return run !== undefined && run.turn > 1 ? 'done' : 'accepted'
    case 'CLAIMED':
      return run?.turn === 1 ? 'delivered' : 'done'
    default:
      return 'done'
  }
}

/** A refusal that a person has to see to, and what this device still has of it: its whole text, however long. */
export type RefusedIntent = { readonly row: RefusedMutation; readonly intent: DeviceIntent | undefined }

export type Outbox = {
  readonly refused: readonly RefusedIntent[]
  /** Only on this device, in the order in which they will be sent. */
  readonly waiting: readonly DeviceIntent[]
  /** With the server, newest first. */
  readonly lately: readonly DeviceIntent[]
}

/** Refusals newest first; one that came back to this device is not listed a second time. */
export function toOutbox(intents: readonly DeviceIntent[], refusals: readonly RefusedMutation[]): Outbox {
  const byMutation = new Map(
    intents.flatMap((intent) =>
      intent.mutations.map(({ clientId, mutationId }) => [`${clientId} ${mutationId}`, intent] as const),
    ),
  )
  const refused = refusals
    .map((row) => ({ row, intent: byMutation.get(`${row.clientId} ${row.mutationId}`) }))
    .toSorted((a, b) => b.row.at - a.row.at)
  const carded = new Set(refused.map(({ intent }) => intent))
  return {
    refused,
    waiting: intents.filter(({ state }) => state === 'local').toReversed(),
    lately: intents.filter((intent) => intent.state !== 'local' && !carded.has(intent)),
  }
}
