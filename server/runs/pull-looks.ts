import { pullsLimit, type PullLook } from '#shared/domain/pull-look.ts'
import { isSettled } from '#shared/domain/pull-status.ts'
import { RunPublish } from '#shared/domain/run-publish.ts'
import { Run } from '#shared/domain/run.ts'
import { Artifact } from '#shared/domain/transcript.ts'
import type { RunId, RunnerId, TeamId, UserId } from '#shared/ids.ts'
import { runSpace, teamSpace } from '#shared/protocol/sync.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, ok, type Result } from '#shared/result.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, putRow, scanRows } from '#sync/core/transaction.ts'
import { transact, type TransactDeps } from '#sync/server/transact.ts'
import type { JobStore } from '../db/job-store.ts'
import type { ConnectedRunner, RunnerRegistry } from '../runners/registry.ts'
import { createRunnerCalls } from '../runners/runner-calls.ts'
import type { GiveGitCredentials } from '../secrets/give-secrets.ts'

/**
 * Keeps true how the pull requests of runs stand. A runner asks their hosts: what reaches a company's host is a runner's network and its certificates,
 * and the server itself asks no address that a run has named.
 */
export type PullLooks = {
  /** Somebody looks at this run. What was found out stands in its rows afterwards. */
  refresh(by: { readonly teamId: TeamId; readonly userId: UserId }, runId: RunId): Promise<Result<Looked, Refusal>>
  answered(runnerId: RunnerId, callId: string, pulls: readonly PullLook[]): void
  lost(runnerId: RunnerId): void
  close(): void
}

export type Looked = {
  /** How many were asked for now; the others are fresh enough, or will not change any more. */
  readonly looked: number
  /** What could not be found out, each once. */
  readonly problems: readonly string[]
}

export type PullLooksDeps = TransactDeps & {
  readonly jobs: Pick<JobStore, 'job'>
  readonly runners: RunnerRegistry
  readonly giveGitCredentials: GiveGitCredentials
  readonly newId: () => string
  readonly answerMs?: number
}

/** Longer than a runner takes at the most. */
const answerMs = 120_000
const maxOpen = 50
/** However many pages look, a run's are asked for once in this time. */
const freshMs = 20_000
const rememberedRuns = 5_000

export function createPullLooks(deps: PullLooksDeps): PullLooks {
  const problem = (text: string): readonly PullLook[] => [{ url: '', text }]
  const calls = createRunnerCalls<readonly PullLook[]>({
    newId: deps.newId,
    answerMs: deps.answerMs ?? answerMs,
    maxOpen,
    no: (why, hostName) => {
      switch (why) {
        case 'too_many':
          return problem('The server waits for too many answers already. Try again in a minute.')
        case 'late':
          return problem(`${hostName} did not answer in time.`)
        case 'lost':
          return problem('The machine that looked went away.')
        case 'closing':
          return problem('The server stops.')
      }
    },
  })
  /** When each run was looked at, the newest last. */
  const looked = new Map<RunId, number>()

  function isFresh(runId: RunId): boolean {
    return deps.now() - (looked.get(runId) ?? -freshMs) < freshMs
  }

  function remember(runId: RunId): void {
    looked.delete(runId)
    looked.set(runId, deps.now())
    const [oldest] = looked.keys()
    if (looked.size > rememberedRuns && oldest !== undefined) looked.delete(oldest)
  }

  /** That of the run, else any other of the team. */
  async function machineFor(
    runId: RunId,
    teamId: TeamId,
  ): Promise<{ runner: ConnectedRunner; isIts: boolean } | undefined> {
    const job = await deps.jobs.job(runId)
    const able = deps.runners.all().filter((one) => one.teamId === teamId && one.looksAtPulls)
    const its = able.find(({ id }) => id === job?.runnerId)
    if (its !== undefined) return { runner: its, isIts: true }
    const [other] = able
    return other === undefined ? undefined : { runner: other, isIts: false }
  }

  /**
   * To look is to press nothing: a person's own credentials go along only to the machine that had them for this run already, because they began it or
   * published from it. Else the team's have to do.
   */
  async function gaveTheirs(teamId: TeamId, userId: UserId, runId: RunId): Promise<boolean> {
    const space = teamSpace(teamId)
    const { rows } = await deps.store.read(space, [keys.run(runId)])
    if (Run.safeParse(rows[0]?.value).data?.createdBy === userId) return true
    const published = await deps.store.scan(space, keys.publishesOf(runId))
    return published.rows.some(({ value }) => RunPublish.safeParse(value).data?.by === userId)
  }

  async function note(teamId: TeamId, runId: RunId, pulls: readonly PullLook[]): Promise<void> {
    const found = new Map(pulls.flatMap(({ url, status }) => (status === undefined ? [] : [[url, status] as const])))
    if (found.size === 0) return
    await transact(deps, async (tx) => {
      const rows = tx.space(runSpace(runId))
      for (const artifact of await scanRows(rows, keys.artifacts, Artifact)) {
        const status = artifact.url === undefined ? undefined : found.get(artifact.url)
        if (artifact.kind === 'pull_request' && status !== undefined)
          await putRow(rows, keys.artifact(artifact.id), { ...artifact, pull: { ...status, at: tx.now } })
      }
      const team = tx.space(teamSpace(teamId))
      const run = await getRow(team, keys.run(runId), Run)
      const status = found.get(run?.pullRequest?.url ?? '')
      if (run?.pullRequest === undefined || status === undefined) return
      const { title, url } = run.pullRequest
      await putRow(team, keys.run(runId), { ...run, pullRequest: { title, url, ...status } })
    })
  }

  return {
    ...calls,
    async refresh({ teamId, userId }, runId) {
      const { rows } = await deps.store.scan(runSpace(runId), keys.artifacts)
      const urls = rows
        .flatMap(({ value }) => Artifact.safeParse(value).data ?? [])
        .filter(({ kind, pull }) => kind === 'pull_request' && !isSettled(pull))
        .toSorted((a, b) => b.at - a.at)
        .flatMap(({ url }) => (url === undefined ? [] : [url]))
        .slice(0, pullsLimit)
      if (urls.length === 0 || isFresh(runId)) return ok({ looked: 0, problems: [] })
      const machine = await machineFor(runId, teamId)
      if (machine === undefined)
        return err(refusal('no_runner', 'No machine of the team is connected that could look.'))
      remember(runId)
      const own = machine.isIts && (await gaveTheirs(teamId, userId, runId))
      const secrets = await deps.giveGitCredentials(teamId, own ? userId : undefined)
      const pulls = await calls.ask(machine.runner, (callId) => ({
        type: 'pulls_call',
        callId,
        urls,
        ...(secrets.length === 0 ? {} : { secrets: [...secrets] }),
      }))
      const asked = pulls.filter(({ url, text }) => urls.includes(url) || text !== undefined)
      await note(teamId, runId, asked)
      return ok({ looked: urls.length, problems: [...new Set(asked.flatMap(({ text }) => text ?? []))] })
    },
  }
}
