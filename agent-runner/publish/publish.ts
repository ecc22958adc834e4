import type { PublishDelivery, PublishResult, PublishResults } from '#shared/domain/run-publish.ts'
import type { RunSecret } from '#shared/domain/secret.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { planSetUp, type PlannedRepository } from '../environment/set-up-plan.ts'
import type { RepositoryStart } from '../run/changes/starts.ts'
import { publishRepository, type PublisherDeps, type RepositoryOutcome } from './publish-repository.ts'

/** What became of an order. */
export interface Outcome {
  /** Absent: everything that was asked for is done. */
  readonly refusal: Refusal | undefined
  /** Of each repository, where there are several. */
  readonly results: PublishResults | undefined
}

export type Publish = (order: PublishDelivery, secrets: readonly RunSecret[], signal: AbortSignal) => Promise<Outcome>

/**
 * Commits, pushes and opens a pull request for a person, in each repository that has changes. What one refuses leaves the others, and an order that
 * comes again, or one like it, does what is missing.
 */
export function createPublish(deps: PublisherDeps): Publish {
  const { journal, changes } = deps

  async function startsOf(repositories: readonly PlannedRepository[]): Promise<readonly RepositoryStart[]> {
    if (repositories.length > 1) return changes.starts()
    const { baseCommit, baseBranch } = journal.memory().facts
    if (baseCommit === undefined) return []
    return [{ folder: '', commit: baseCommit, ...(baseBranch === undefined ? {} : { branch: baseBranch }) }]
  }

  return async (order, secrets, signal) => {
    const { assignment } = journal.memory()
    const repositories = assignment === undefined ? [] : planSetUp(assignment).repositories
    const starts = await startsOf(repositories)
    if (starts.length === 0) return no(refusal('invalid', noRepository(repositories)))
    const git = deps.openGit(secrets)
    try {
      const results: PublishResult[] = []
      for (const [index, repository] of repositories.entries()) {
        const { folder } = repository
        const start = starts.find((one) => one.folder === folder)
        const place = repositories.length === 1 ? 0 : index + 1
        const outcome: RepositoryOutcome =
          start === undefined
            ? { ok: false, error: refusal('invalid', `Drover can’t commit to ${folder}: let the agent do it`) }
            : await publishRepository(deps, { order, repository, start, place, git, signal })
        results.push(resultOf(folder, outcome))
        if (signal.aborted) break
      }
      const { commits = [] } = journal.memory().facts.published ?? {}
      return settled(results, { since: commits.length > 0 ? 'the last commit' : 'the run began' })
    } finally {
      git.close()
    }
  }
}

function noRepository(repositories: readonly PlannedRepository[]): string {
  return repositories.length > 1
    ? 'this run began before Drover could commit to several repositories: let the agent commit and push'
    : 'this run has no repository with a commit'
}

function no(why: Refusal): Outcome {
  return { refusal: why, results: undefined }
}

function resultOf(repository: string, outcome: RepositoryOutcome): PublishResult {
  if (!outcome.ok) return { repository, state: 'refused', refusal: outcome.error }
  return { repository, state: outcome.value ? 'done' : 'nothing' }
}

function settled(results: readonly PublishResult[], { since }: { since: string }): Outcome {
  const told = results.length > 1 ? [...results] : undefined
  const failed = results.filter(({ state }) => state === 'refused')
  if (failed.length > 0) {
    const why = failed[0]?.refusal ?? refusal('internal')
    if (told === undefined) return no(why)
    const done = results.filter(({ state }) => state === 'done').length
    const detail = `${failed.length} of ${results.length} repositories failed${done > 0 ? `, and ${done} ${done === 1 ? 'is' : 'are'} done` : ''}`
    return { refusal: refusal(why.code === 'stale' ? 'conflict' : why.code, detail), results: told }
  }
  if (results.every(({ state }) => state === 'nothing')) return no(refusal('invalid', `nothing changed since ${since}`))
  return { refusal: undefined, results: told }
}
