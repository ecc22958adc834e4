import type { z } from 'zod'
import type { Role } from '#shared/domain/team.ts'
import type { DeliveryId, PlanCommentId, PlanId, PlanVersionId, RunId, SecretId, TeamId, UserId } from '#shared/ids.ts'
import type { Refusal } from '#shared/refusal.ts'
import type { Result } from '#shared/result.ts'
import type { Assignment, DeliveryBody } from '#shared/protocol/runner-link.ts'
import type { SpaceId } from '#shared/protocol/sync.ts'
import type { Day, UsageSums } from '#shared/domain/usage-day.ts'
import type { RunEventName, RunReason, RunState } from '#shared/domain/run.ts'
import type { WriteTransaction } from './transaction.ts'

/**
 * What must happen after the commit, kept as rows of the same transaction. On a device effects are dropped: only the
 * server's run of a mutator has consequences.
 */
export type Effect =
  /** A turn waits for a runner. */
  | { readonly type: 'dispatch'; readonly teamId: TeamId; readonly assignment: Assignment }
  /** Bring this to the runner that holds the run, until it is acknowledged. `row` is where its state is shown. */
  | {
      readonly type: 'deliver'
      readonly deliveryId: DeliveryId
      readonly runId: RunId
      readonly body: DeliveryBody
      readonly row: string
      readonly space?: SpaceId
    }
  /** A notification, the row `row`, is brought to the devices of its person. */
  | { readonly type: 'notify'; readonly teamId: TeamId; readonly userId: UserId; readonly row: string }
  /** The text of a version, which devices ask for when they want to read it. A second one with the same id changes nothing. */
  | {
      readonly type: 'plan_version'
      readonly teamId: TeamId
      readonly planId: PlanId
      readonly versionId: PlanVersionId
      /** Its number. */
      readonly n: number
      readonly markdown: string
    }
  /** A suggestion was accepted: its words are put into the document, once. `commentId`: of the comment that makes it. */
  | {
      readonly type: 'plan_suggestion'
      readonly teamId: TeamId
      readonly planId: PlanId
      readonly commentId: PlanCommentId
    }
  /** The sealed value of a secret, which takes the place of the one before. `null`: there is none any more. */
  | {
      readonly type: 'secret_value'
      readonly teamId: TeamId
      /** Whose own it is; `undefined`: the team's. */
      readonly owner: UserId | undefined
      readonly secretId: SecretId
      readonly value: { readonly keyId: string; readonly sealed: string } | null
    }
  /** The tasks of a run that executes a plan have changed: what is done is ticked there. */
  | { readonly type: 'plan_progress'; readonly teamId: TeamId; readonly runId: RunId }
  /** What a run used, added to its day; numbers below zero take back what was told too early. */
  | {
      readonly type: 'usage'
      readonly teamId: TeamId
      readonly runId: RunId
      /** Whose run it is. */
      readonly userId: UserId
      readonly day: Day
      readonly harness: string
      readonly sandbox: string
      /** Empty: the harness did not say. */
      readonly model: string
      readonly sums: Partial<UsageSums>
    }
  /** Kept in the run's history. */
  | {
      readonly type: 'transition'
      readonly runId: RunId
      readonly event: RunEventName | 'create'
      readonly from: RunState | null
      readonly to: RunState
      readonly reason?: RunReason | undefined
    }

export type MutationContext = {
  /** Who acts, and with which role in the team, as far as this side knows. The server's word counts. */
  readonly userId: UserId
  readonly role: Role | undefined
  readonly teamId: TeamId
  /** ms since epoch: the device's clock there, the server's here. */
  readonly now: number
  readonly side: 'device' | 'server'
  /** Not of the team: the run was shared with them. `role` is what that lets them do. */
  readonly guest?: boolean
  readonly effect: (effect: Effect) => void
  /** Names a text, so that equal ones are known without having both. Only the server does. */
  readonly digest?: (text: string) => string
}

/**
 * A named change of a team's rows that runs on both sides: at once on the device, and again on the server, whose outcome
 * replaces the first. Arguments and names stay valid for 90 days. A refusal leaves nothing written.
 */
export type Mutator<Args> = {
  readonly name: string
  readonly args: z.ZodType<Args>
  /**
   * Names the effect, where a second one would be wrong whoever asks for it again. The server keeps a receipt of each and takes a
   * second mutation with the same name as done, whichever client it comes from, beside the receipt of each press (`IntentRef`).
   */
  readonly intent?: (args: Args) => string | undefined
  /** An argument that is not written down beside a refusal. */
  readonly unshown?: string
  readonly run: (tx: WriteTransaction, args: Args, context: MutationContext) => Promise<Result<void, Refusal>>
}

export function defineMutator<Args>(mutator: Mutator<Args>): Mutator<Args> {
  return mutator
}
