import { z } from 'zod'
import { RunId, UserId } from '../ids.ts'
import { HarnessId } from './harness.ts'

/** Who is in a plan: a person, however many devices they have, or the agent of a run. */
export const PlanParticipant = z.union([z.object({ userId: UserId }), z.object({ runId: RunId, harness: HarnessId })])
export type PlanParticipant = z.infer<typeof PlanParticipant>
