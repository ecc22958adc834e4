import { gitPerson } from '#shared/domain/git-person.ts'
import type { PublishDelivery } from '#shared/domain/run-publish.ts'
import type { Artifact } from '#shared/domain/transcript.ts'
import { ArtifactId, type RunId } from '#shared/ids.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, ok, type Result } from '#shared/result.ts'
import type { RunSecret } from '#shared/domain/secret.ts'
import type { Clock } from '../clock.ts'
import type { PlannedRepository } from '../environment/set-up-plan.ts'
import type { RunGit } from '../git/run-git.ts'
import type { Changes } from '../run/changes/changes.ts'
import type { RepositoryStart } from '../run/changes/starts.ts'
import type { Journal } from '../run/journal.ts'
import type { Results } from '../run/results.ts'
import type { PublishedCommit } from '../run/run-memory.ts'
import { cut, type Transcript } from '../run/transcript.ts'
import type { Hiding } from '../secrets/hiding.ts'
import { heldSecret } from './held-secret.ts'
import { titleOf, withTrailers } from './message.ts'
import { hostedPlace, openPull } from './open-pull.ts'
import { publishedIn, type Published } from './published.ts'
import { pullArtifact } from './pull-artifact.ts'
import { pushCommit } from './push.ts'

const committer = gitPerson({ name: 'Drover' })

export interface PublisherDeps {
  runId: RunId
  journal: Journal
  clock: Clock
  changes: Changes
  results: Results
  transcript: Pick<Transcript, 'notice'>
  hostEnv: Readonly<Record<string, string>>
  /** Hides what the run was given; not what is given for this alone. */
  hiding: Hiding
  openGit: (secrets: readonly RunSecret[]) => RunGit
}

export interface PublishStage {
  readonly order: PublishDelivery
  readonly repository: PlannedRepository
  readonly start: RepositoryStart
  /** Its place among several, from 1; 0: it is the only one. */
  readonly place: number
  readonly git: RunGit
  readonly signal: AbortSignal
}

/** `false`: the run has changed nothing there, and nothing was ever published from there. */
export type RepositoryOutcome = Result<boolean, Refusal>

/**
 * Commits, pushes and opens a pull request in one repository. Each step is written into the journal before the next, and each finds what it did
 * before: done again, it does what is missing and nothing twice.
 */
export async function publishRepository(deps: PublisherDeps, stage: PublishStage): Promise<RepositoryOutcome> {
  const { order, repository, start, git, signal } = stage
  const published = publishedIn(deps.journal, repository.folder)
  const made = await commitOf(deps, stage, published)
  if (!made.ok || made.value === undefined) return made.ok ? ok(false) : made
  let done = made.value
  const { commit } = done
  const note = (more: Partial<PublishedCommit>): Promise<void> => {
    done = { ...done, ...more }
    return published.note(done)
  }
  const hosted = hostedPlace(repository.url, git.credentials)
  if (!published.has({ commit, shown: true })) {
    const url = hosted.ok && order.until !== 'commit' ? hosted.value.host.commitPage(hosted.value, commit) : undefined
    show(deps, stage, {
      // Two repositories may have one commit.
      id: ArtifactId.parse(`${deps.runId}-commit-${stage.place === 0 ? '' : `${stage.place}-`}${commit.slice(0, 12)}`),
      kind: 'commit',
      title: titleOf(order),
      detail: commit.slice(0, 10),
      ...(url === undefined ? {} : { url }),
    })
  }
  await note({ shown: true })
  if (order.until === 'commit') return ok(true)
  const { branch, pullRequest } = order
  const baseBranch = pullRequest?.base ?? repository.baseBranch ?? start.branch
  if (pullRequest !== undefined) {
    // Before anything leaves the machine.
    if (!hosted.ok) return hosted
    if (baseBranch === undefined || baseBranch === branch)
      return err(refusal('invalid', 'the base branch must be another one than the branch'))
  }
  const pushed = await pushCommit(
    { git, runId: deps.runId, hostEnv: deps.hostEnv, gitFolder: deps.changes.gitFolder, signal },
    { url: repository.url, commit, branch },
  )
  if (!pushed.ok) return pushed
  if (!published.has({ commit, branch })) {
    deps.journal.append({ type: 'facts', branch })
    show(deps, stage, {
      id: ArtifactId.parse(`${deps.runId}-pushed-branch${stage.place === 0 ? '' : `-${stage.place}`}`),
      kind: 'branch',
      title: branch,
      detail: `at ${commit.slice(0, 10)}`,
      ...(hosted.ok ? { url: hosted.value.host.branchPage(hosted.value, branch) } : {}),
    })
  }
  await note({ branch })
  if (pullRequest === undefined || !hosted.ok || baseBranch === undefined) return ok(true)
  const opened = await openPull(
    hosted.value,
    { roads: git.roads, signal },
    { ...pullRequest, head: branch, base: baseBranch },
  )
  if (!opened.ok) return opened
  const { number, url, state } = opened.value
  if (!published.has({ commit, branch, pull: number })) {
    show(deps, stage, {
      id: pullArtifact(deps.runId, { place: stage.place, number }),
      kind: 'pull_request',
      title: `#${number} ${pullRequest.title}`,
      pull: { state },
      url,
      branch,
    })
  }
  await note({ pull: number })
  return ok(true)
}

/** `undefined`: there is nothing to commit, and no commit from before. */
async function commitOf(
  deps: PublisherDeps,
  { order, repository, start, place }: PublishStage,
  published: Published,
): Promise<Result<PublishedCommit | undefined, Refusal>> {
  const known = published.of(order.publishId)
  if (known !== undefined) return ok(known)
  const base = start.commit
  const agent = deps.journal.memory().assignment?.config.harness
  const made = await deps.changes.commit({
    folder: repository.folder,
    base,
    parent: published.last()?.commit ?? base,
    files: order.files,
    message: withTrailers(order, agent),
    author: order.author,
    committer,
    at: order.at,
  })
  if (!made.ok) return made
  const { commit, isNew } = made.value
  if (!isNew && (commit === base || order.until === 'commit')) return ok(undefined)
  const held = isNew
    ? await heldSecret(deps.changes.gitFolder, { commit, hiding: deps.hiding, hostEnv: deps.hostEnv })
    : undefined
  if (held !== undefined)
    return err(refusal('not_allowed', `the changes hold the value of the secret ${held}. Take it out first`))
  const done = { id: order.publishId, commit }
  await published.note(done)
  if (isNew) {
    const where = place === 0 ? '' : ` in ${repository.folder}`
    const text = `${firstName(order.name)} committed ${commit.slice(0, 10)}${where}: ${titleOf(order)}`
    deps.transcript.notice('info', cut(text, 1000))
  }
  return ok(done)
}

function show(
  { results, clock }: PublisherDeps,
  { repository, place }: PublishStage,
  artifact: Omit<Artifact, 'at'>,
): void {
  const details = [
    ...(place === 0 ? [] : [repository.folder]),
    ...(artifact.detail === undefined ? [] : [artifact.detail]),
  ]
  results.show({
    ...artifact,
    title: cut(artifact.title, 300),
    ...(details.length === 0 ? {} : { detail: details.join(' · ') }),
    at: clock.now(),
  })
}

function firstName(name: string): string {
  return name.trim().split(/\s+/)[0] || 'Somebody'
}
