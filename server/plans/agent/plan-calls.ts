import { Run } from '#shared/domain/run.ts'
import { Member, Runner } from '#shared/domain/team.ts'
import type { RunId, RunnerId, TeamId } from '#shared/ids.ts'
import type { PlanToolAnswer, PlanToolCall } from '#shared/protocol/plan-tools.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import type { SpaceStore } from '#sync/server/space-store.ts'
import type { JobStore } from '../../db/job-store.ts'
import type { AgentTools, PlanAgent } from './agent-tools.ts'
import { no } from './answer-words.ts'

/** Takes what agents ask of plans from their runners. Never rejects. */
export type PlanCalls = {
  answer(
    runner: { readonly id: RunnerId; readonly teamId: TeamId },
    asked: { readonly runId: RunId; readonly call: PlanToolCall },
  ): Promise<PlanToolAnswer>
}

/** Calls of one run are answered one after the other; so many may wait. */
const maxWaiting = 8
/** A loop of a model must not fill the history of a plan. */
export const changesAnHour = 200
const hourMs = 3_600_000

export function createPlanCalls(deps: {
  readonly jobs: Pick<JobStore, 'job'>
  readonly store: Pick<SpaceStore, 'read'>
  readonly tools: AgentTools
  readonly now: () => number
  readonly onError: (error: unknown) => void
}): PlanCalls {
  const orders = new Map<RunId, { last: Promise<unknown>; waiting: number }>()
  /** When each run that changed something within the last hour did. */
  const changes = new Map<RunId, number[]>()

  function mayChange(runId: RunId): boolean {
    const since = deps.now() - hourMs
    for (const [other, times] of changes) if ((times.at(-1) ?? 0) <= since) changes.delete(other)
    const recent = (changes.get(runId) ?? []).filter((at) => at > since)
    if (recent.length >= changesAnHour) return false
    changes.set(runId, [...recent, deps.now()])
    return true
  }

  /** The run has to be at work on this runner: a turn that is over, or somebody else's run, has no plans. */
  async function agentOf(runner: { id: RunnerId; teamId: TeamId }, runId: RunId): Promise<PlanAgent | string> {
    const job = await deps.jobs.job(runId)
    if (job === undefined || job.runnerId !== runner.id || job.teamId !== runner.teamId || job.phase !== 'held')
      return 'This run is not at work any more, so it can’t use plans.'
    const space = teamSpace(job.teamId)
    const run = Run.safeParse((await deps.store.read(space, [keys.run(runId)])).rows[0]?.value).data
    if (run === undefined) return 'This run is gone, so it can’t use plans.'
    // A guest who steers a shared run gets no way into the plans of the team through its agent.
    const people = [...new Set([job.assignment.prompt.by ?? run.createdBy, run.createdBy])]
    const { rows } = await deps.store.read(space, [
      ...people.map((userId) => keys.member(userId)),
      keys.runner(runner.id),
    ])
    const members = rows.flatMap(({ value }) => Member.safeParse(value).data ?? [])
    const [first] = members
    if (first === undefined || members.length < people.length)
      return 'The person of this run is no member of its team, so it can’t use plans.'
    const least = members.find(({ role }) => role === 'viewer') ?? first
    const { harness } = run.config
    const offer = rows
      .flatMap(({ value }) => Runner.safeParse(value).data?.harnesses ?? [])
      .find(({ id }) => id === harness)
    return {
      teamId: job.teamId,
      runId,
      harness,
      userId: run.createdBy,
      role: least.role,
      plan: run.plan?.planId,
      name: offer?.name ?? harness,
      letters: offer?.letters ?? harness.slice(0, 2).toUpperCase(),
    }
  }

  async function perform(
    runner: { id: RunnerId; teamId: TeamId },
    { runId, call }: { runId: RunId; call: PlanToolCall },
  ): Promise<PlanToolAnswer> {
    try {
      const agent = await agentOf(runner, runId)
      if (typeof agent === 'string') return no(agent)
      if (call.tool !== 'plan_read' && !mayChange(runId))
        return no('This run has changed plans too often within an hour. Go on without plans, or try again later.')
      return await deps.tools.call(agent, call)
    } catch (error) {
      deps.onError(error)
      return no('Drover could not do that now. Read the plan to see how it is, then try again.')
    }
  }

  return {
    async answer(runner, asked) {
      const order = orders.get(asked.runId) ?? { last: Promise.resolve(), waiting: 0 }
      if (order.waiting >= maxWaiting) return no('Too many calls at once. Wait for the answers to those before.')
      orders.set(asked.runId, order)
      order.waiting++
      const answered = order.last.then(() => perform(runner, asked))
      order.last = answered
      try {
        return await answered
      } finally {
        if (--order.waiting === 0) orders.delete(asked.runId)
      }
    },
  }
}
