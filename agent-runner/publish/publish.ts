import { gitPerson } from '#shared/domain/git-person.ts'
import type { PublishDelivery } from '#shared/domain/run-publish.ts'
import type { RunSecret } from '#shared/domain/secret.ts'
import type { Artifact } from '#shared/domain/transcript.ts'
import { ArtifactId, type RunId } from '#shared/ids.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, ok, type Result } from '#shared/result.ts'
import type { Clock } from '../clock.ts'
import { planSetUp } from '../environment/set-up-plan.ts'
import type { RunGit } from '../git/run-git.ts'
import type { Changes } from '../run/changes/changes.ts'
import type { Journal } from '../run/journal.ts'
import type { Results } from '../run/results.ts'
import type { PublishedCommit } from '../run/run-memory.ts'
import { cut, type Transcript } from '../run/transcript.ts'
import type { Hiding } from '../secrets/hiding.ts'
import { heldSecret } from './held-secret.ts'
import { hostedPlace, openPull } from './open-pull.ts'
import { pushCommit } from './push.ts'

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

export type Publish = (
  order: PublishDelivery,
  secrets: readonly RunSecret[],
  signal: AbortSignal,
) => Promise<Result<void, Refusal>>

/** Commits whose ids are kept, so that the same order makes no second one. */
const commitsKept = 50
const committer = gitPerson({ name: 'Drover' })

/**
 * Commits, pushes and opens a pull request for a person. Each step is written into the journal before the next, and each finds what it did before: a
 * runner that dies on the way ends, when the order comes again, where it was to end.
 */
export function createPublish(deps: PublisherDeps): Publish {
  const { runId, journal, results, changes } = deps

  async function note(done: PublishedCommit): Promise<void> {
    const { commits = [] } = journal.memory().facts.published ?? {}
    const others = commits.filter(({ id }) => id !== done.id)
    await journal.record({
      k: 'facts',
      facts: { published: { commits: [...others, done].slice(-commitsKept) } },
    })
  }

  function show(artifact: Omit<Artifact, 'id' | 'at'> & { id: string }): void {
    results.show({
      ...artifact,
      id: ArtifactId.parse(artifact.id),
      title: cut(artifact.title, 300),
      at: deps.clock.now(),
    })
  }

  async function commitOf(order: PublishDelivery, base: string): Promise<Result<PublishedCommit, Refusal>> {
    const { commits = [] } = journal.memory().facts.published ?? {}
    const known = commits.find(({ id }) => id === order.publishId)
    if (known !== undefined) return ok(known)
    const agent = journal.memory().assignment?.config.harness
    const made = await changes.commit({
      base,
      parent: commits.at(-1)?.commit ?? base,
      files: order.files,
      message: withTrailers(order, agent),
      author: order.author,
      committer,
      at: order.at,
    })
    if (!made.ok) return made
    const { commit, isNew } = made.value
    if (!isNew && (commit === base || order.until === 'commit'))
      return err(refusal('invalid', `nothing changed since the ${commit === base ? 'run began' : 'last commit'}`))
    const held = isNew
      ? await heldSecret(changes.gitFolder, { commit, hiding: deps.hiding, hostEnv: deps.hostEnv })
      : undefined
    if (held !== undefined)
      return err(refusal('not_allowed', `the changes hold the value of the secret ${held}. Take it out first`))
    const done = { id: order.publishId, commit }
    await note(done)
    if (isNew)
      deps.transcript.notice(
        'info',
        cut(`${firstName(order.name)} committed ${commit.slice(0, 10)}: ${titleOf(order)}`, 1000),
      )
    return ok(done)
  }

  return async (order, secrets, signal) => {
    const { assignment, facts } = journal.memory()
    const base = facts.baseCommit
    const repositories = assignment === undefined ? [] : planSetUp(assignment).repositories
    const [repository] = repositories
    if (repository === undefined || base === undefined)
      return err(refusal('invalid', 'this run has no repository with a commit'))
    if (repositories.length > 1)
      return err(refusal('invalid', 'this run has several repositories: let the agent commit and push'))
    const git = deps.openGit(secrets)
    try {
      const made = await commitOf(order, base)
      if (!made.ok) return made
      const { commit } = made.value
      const place = hostedPlace(repository.url, git.credentials)
      if (made.value.shown !== true) {
        show({
          id: `${runId}-commit-${commit.slice(0, 12)}`,
          kind: 'commit',
          title: titleOf(order),
          detail: commit.slice(0, 10),
          ...(place.ok && order.until !== 'commit' ? { url: place.value.host.commitPage(place.value, commit) } : {}),
        })
        await note({ ...made.value, shown: true })
      }
      if (order.until === 'commit') return ok()
      const { branch, pullRequest } = order
      const baseBranch = pullRequest?.base ?? facts.baseBranch
      if (pullRequest !== undefined) {
        // Before anything leaves the machine.
        if (!place.ok) return place
        if (baseBranch === undefined || baseBranch === branch)
          return err(refusal('invalid', 'the base branch must be another one than the branch'))
      }
      const pushed = await pushCommit(
        { git, runId, hostEnv: deps.hostEnv, gitFolder: changes.gitFolder, signal },
        { url: repository.url, commit, branch },
      )
      if (!pushed.ok) return pushed
      journal.append({ type: 'facts', branch })
      await note({ ...made.value, shown: true, branch })
      show({
        id: `${runId}-pushed-branch`,
        kind: 'branch',
        title: branch,
        detail: `at ${commit.slice(0, 10)}`,
        ...(place.ok ? { url: place.value.host.branchPage(place.value, branch) } : {}),
      })
      if (pullRequest === undefined || !place.ok || baseBranch === undefined) return ok()
      const opened = await openPull(
        place.value,
        { roads: git.roads, signal },
        { ...pullRequest, head: branch, base: baseBranch },
      )
      if (!opened.ok) return opened
      const { number, url, state } = opened.value
      show({
        id: `${runId}-pull-request-${number}`,
        kind: 'pull_request',
        title: `#${number} ${pullRequest.title}`,
        detail: state === 'draft' ? 'Draft' : 'Open',
        url,
        branch,
      })
      return ok()
    } finally {
      git.close()
    }
  }
}

function titleOf({ message }: PublishDelivery): string {
  return message.split('\n')[0] ?? message
}

function firstName(name: string): string {
  return name.trim().split(/\s+/)[0] || 'Somebody'
}

/** As git reads them at the end of a message: a block of its own, or what follows one that is there. */
function withTrailers({ message, link }: PublishDelivery, agent: string | undefined): string {
  const text = message.trimEnd()
  const last = text.split('\n\n').at(-1) ?? ''
  const endsInTrailers = text.includes('\n\n') && last.split('\n').every((line) => /^[A-Za-z][A-Za-z-]*: \S/.test(line))
  const trailers = [
    `Drover-Run: ${link}`,
    ...(agent === undefined || agent === 'runbook' ? [] : [`Co-authored-by: ${agent} <agent@drover.invalid>`]),
  ]
  return `${text}${endsInTrailers ? '\n' : '\n\n'}${trailers.join('\n')}\n`
}
