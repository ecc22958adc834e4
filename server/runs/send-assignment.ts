import { GitIdentity, gitPerson, memberInGit, type GitPerson } from '#shared/domain/git-person.ts'
import type { RunSecret } from '#shared/domain/secret.ts'
import type { ProfileSnapshot } from '#shared/domain/profile.ts'
import { Run, type RunConfig } from '#shared/domain/run.ts'
import { Member, Team } from '#shared/domain/team.ts'
import type { TeamId, UserId } from '#shared/ids.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import type { SpaceStore } from '#sync/server/space-store.ts'
import { withBudget } from '../costs/with-budget.ts'
import type { Job, JobStore } from '../db/job-store.ts'
import type { PlanSender, PromptParts } from '../plans/mentions/send-plans.ts'
import type { ConnectedRunner } from '../runners/registry.ts'
import type { GiveSecrets } from '../secrets/give-secrets.ts'
import { stateOfRun } from './run-handoff.ts'
import { withEnvironment } from './run-environment.ts'
import { profileOfRun } from './run-profile.ts'

export type SendAssignmentDeps = {
  readonly store: SpaceStore
  readonly jobs: JobStore
  readonly planSender: PlanSender
  readonly giveSecrets: GiveSecrets
}

/**
 * With what the server already has of the run, for a runner that may not know it; its environment and budget, the plans that the message mentions, and its
 * profile, as it is now unless it was just looked up; and the secrets of this turn, which stand nowhere else.
 */
export async function sendAssignment(
  deps: SendAssignmentDeps,
  job: Job,
  runner: ConnectedRunner,
  found?: ProfileSnapshot,
): Promise<void> {
  const { runId, teamId, turn } = job
  const placed = await withEnvironment(deps.store, teamId, job.assignment)
  const assignment = await withBudget(deps, teamId, placed)
  const prompt = await deps.planSender.withPlans({
    teamId,
    runId,
    prompt: assignment.prompt,
    pin: (plans) => deps.jobs.pinAssignment(runId, turn, plans),
  })
  const profile = runner.takesProfiles ? (found ?? (await profileOfJob(deps.store, job))) : undefined
  const { secrets: given, missing } = await deps.giveSecrets({ ...job, assignment })
  const secrets = knownTo(runner, given)
  const after = { seq: job.ackedSeq, entries: job.ackedSeq === 0 ? 0 : await deps.jobs.lastEntry(runId) }
  const known = job.ackedSeq === 0 ? assignment : { ...assignment, after }
  const left = runner.takesSnapshots && turn > 1 ? await stateOfRun(deps, runId) : {}
  const author = await authorOf(deps.store, teamId, assignment.prompt.by)
  runner.send({
    type: 'assign',
    assignment: {
      ...known,
      ...left,
      ...(profile === undefined ? {} : { profile, config: withProfile(assignment.config, profile) }),
      prompt: forRunner(runner, prompt),
      ...(author === undefined ? {} : { author }),
      ...(secrets.length === 0 ? {} : { secrets: [...secrets] }),
      ...(missing.length === 0 ? {} : { missingSecrets: [...missing] }),
    },
  })
}

/** Somebody outside of the team, and nobody, commit as the team. */
async function authorOf(store: SpaceStore, teamId: TeamId, by: UserId | undefined): Promise<GitPerson | undefined> {
  const ofPerson = by === undefined ? [] : [keys.member(by), keys.gitIdentity(by)]
  const { rows } = await store.read(teamSpace(teamId), [keys.team, ...ofPerson])
  const found = new Map(rows.map(({ key, value }) => [key, value]))
  const member = by === undefined ? undefined : Member.safeParse(found.get(keys.member(by)))
  if (by !== undefined && member?.success === true)
    return memberInGit(member.data, GitIdentity.safeParse(found.get(keys.gitIdentity(by))).data)
  const team = Team.safeParse(found.get(keys.team))
  return team.success ? gitPerson({ name: team.data.name }) : undefined
}

async function profileOfJob(store: SpaceStore, job: Job): Promise<ProfileSnapshot | undefined> {
  const { rows } = await store.read(teamSpace(job.teamId), [keys.run(job.runId)])
  const run = Run.safeParse(rows[0]?.value)
  return run.success ? profileOfRun(store, run.data) : undefined
}

/** A model and an effort that the profile names are for runs that chose none; its effort is not for another model than its own. */
export function withProfile(
  config: RunConfig,
  { model, effort }: Pick<ProfileSnapshot, 'model' | 'effort'>,
): RunConfig {
  const isItsModel = model === undefined || config.model === undefined || config.model === model
  return {
    ...config,
    ...(config.model === undefined && model !== undefined ? { model } : {}),
    ...(config.effort === undefined && effort !== undefined && isItsModel ? { effort } : {}),
  }
}

/** A runner that does not know a kind would refuse the whole assignment. */
export function knownTo(
  { takesRegistryLogins }: Pick<ConnectedRunner, 'takesRegistryLogins'>,
  secrets: readonly RunSecret[],
): readonly RunSecret[] {
  return takesRegistryLogins ? secrets : secrets.filter(({ kind }) => kind !== 'registry_login')
}

/** An older runner knows the text alone. */
export function forRunner<T extends PromptParts>(
  { takesContext, takesAttachments }: Pick<ConnectedRunner, 'takesContext' | 'takesAttachments'>,
  prompt: T,
): T {
  const { attachments = [], ...rest } = prompt
  const [kept, lost] = takesAttachments ? [prompt, []] : [rest as T, attachments]
  const names = lost.map(({ name }) => `- ${name}`)
  const note =
    names.length === 0 ? [] : [['Files of this message that this machine can’t give you:', ...names].join('\n')]
  const context = takesContext || kept.context === undefined ? [] : [kept.context]
  const more = [...note, ...context]
  return more.length === 0 ? kept : { ...kept, text: [kept.text, ...more].join('\n\n') }
}
