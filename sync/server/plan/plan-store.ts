import type { PlanAuthor } from '#shared/domain/plan.ts'
import type { PlanId, TeamId } from '#shared/ids.ts'

/** Ids of plans are made by devices: the same one in another team is another plan. */
export type PlanRef = { readonly teamId: TeamId; readonly planId: PlanId }

/** What was stored of a document after some update of it. */
export type StoredUpdates = {
  /** The number of its newest update; 0: nothing was ever written. */
  readonly seq: number
  /** Updates that were put together into one stand first: all of them, if they are newer than what was asked for. */
  readonly updates: readonly Uint8Array[]
  /** How many updates stand after the ones that were put together. */
  readonly logged: number
  /** Bytes of all that is stored of it. */
  readonly bytes: number
}

/** What a room needs of a database. An update that is stored twice does no harm. */
export type PlanStore = {
  /** From one moment: what comes after the update number `after`. */
  read(plan: PlanRef, after: number): Promise<StoredUpdates>
  /** Resolves when it can't be lost any more, with its number and how many stand after the ones put together. */
  append(
    plan: PlanRef,
    update: { readonly content: Uint8Array; readonly authors: readonly PlanAuthor[]; readonly at: number },
  ): Promise<{ readonly seq: number; readonly logged: number }>
  /** `whole` holds everything up to and with the update `seq`, whose log it takes the place of, all at once or not at all. */
  compact(plan: PlanRef, seq: number, whole: Uint8Array): Promise<void>
}
