/** When what is written in a plan shows elsewhere, in ms. */
export type PlanTimes = {
  /** Rows follow once nothing has changed for so long … */
  readonly settleMs: number
  /** … and while somebody goes on writing, so long after the first change that they do not show. */
  readonly latestMs: number
  /** A version is made by itself once nobody has written for so long. */
  readonly pauseMs: number
  /** A room in which nobody is goes after so long. */
  readonly idleMs: number
  /** How often what another process, or an earlier one, left behind is looked for. */
  readonly sweepMs: number
  /** An agent is shown in a plan for so long after its last call. */
  readonly agentMs: number
  /** A run is told of changes by itself once nobody has written for so long … */
  readonly tellQuietMs: number
  /** … and at most once in so long. */
  readonly tellEveryMs: number
  /** How often it is looked for what there is to tell. */
  readonly tellLookMs: number
  /** For all plans that one message mentions: nobody else's message waits longer for them. Less than a runner has to claim a run. */
  readonly mentionMs: number
}

export const planTimes: PlanTimes = {
  settleMs: 300,
  latestMs: 3_000,
  pauseMs: 5 * 60_000,
  idleMs: 15_000,
  sweepMs: 30_000,
  agentMs: 30_000,
  tellQuietMs: 20_000,
  tellEveryMs: 60_000,
  tellLookMs: 5_000,
  mentionMs: 12_000,
}
