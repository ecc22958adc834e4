import { z } from 'zod'
import { Attachments } from '#shared/domain/attachment.ts'
import { callsNoModel } from '#shared/domain/budget.ts'
import { HarnessId, ModelEffort, SandboxKind } from '#shared/domain/harness.ts'
import { isBranchName } from '#shared/domain/branch-name.ts'
import { EnvironmentId, ProfileId, RunId } from '#shared/ids.ts'
import { promptLimit } from '#shared/domain/prompt.ts'
import { canWritePlans, planCommand, writePlanPrompt } from '#shared/domain/plan-command.ts'
import { titleFromPrompt, titleLimit, type RunConfig } from '#shared/domain/run.ts'
import { SecretName } from '#shared/domain/secret.ts'
import type { Runner } from '#shared/domain/team.ts'
import { usdOf } from '../../state/usd.ts'
import { newRunWords } from '../../words/new-run.ts'
import { uiWords } from '../../words/ui.ts'

export const repositoryLimit = 1000

/** `other`: one that no machine names is about to be typed. */
const ModelChoice = z.object({
  id: z.string(),
  effort: z.union([ModelEffort, z.literal('')]),
  other: z.boolean().optional(),
})
export type ModelChoice = z.infer<typeof ModelChoice>

export const noModel: ModelChoice = { id: '', effort: '' }

/** The form as it is typed; kept on the device until the run is durable. */
export const NewRunForm = z.object({
  prompt: z.string(),
  /** Files that go with it. */
  attachments: Attachments.default([]),
  title: z.string(),
  harness: z.string(),
  sandbox: SandboxKind,
  /** Empty: any machine that can. */
  host: z.string(),
  repository: z.string(),
  branch: z.string(),
  /** One command a line. */
  setup: z.string(),
  /** Empty: the default. Absent in what was kept by an earlier version. */
  profile: z.string().optional(),
  /** Somebody chose the agent; until then the team's default is taken. */
  choseAgent: z.boolean().default(false),
  /** The last choice for each agent. */
  models: z.record(z.string(), ModelChoice).default({}),
  /** US dollars; empty: what the team has set. */
  budget: z.string().default(''),
  /** The workspace is saved after each turn. */
  keep: z.boolean().default(true),
  /** Names; none when empty. Absent: all in scope. */
  secrets: z.array(z.string()).optional(),
  /** Empty: none. */
  environment: z.string().default(''),
  /** Repository and commands take the place of the environment's. */
  override: z.boolean().default(false),
  /** The run that it was just started as. */
  runId: RunId.optional(),
})
export type NewRunForm = z.infer<typeof NewRunForm>

export const emptyForm: NewRunForm = {
  prompt: '',
  attachments: [],
  title: '',
  harness: 'runbook',
  sandbox: 'docker',
  host: '',
  repository: '',
  branch: '',
  setup: '',
  choseAgent: false,
  models: {},
  budget: '',
  keep: true,
  environment: '',
  override: false,
}

export type FormErrors = Partial<Record<keyof NewRunForm, string>>

export type CheckedText = { readonly prompt: string; readonly title: string | undefined }
export type CheckedForm =
  | ({ readonly ok: true; readonly config: RunConfig } & CheckedText)
  | { readonly ok: false; readonly errors: FormErrors }

/**
 * What the form asks for, or what must be mended, field by field. `plan`: a plan says what should be done, and the text only adds to it (`execute`), or
 * the plan's text goes to a repository, which there must be then (`commit`).
 */
export function checkForm(form: NewRunForm, plan?: 'execute' | 'commit'): CheckedForm {
  const errors: FormErrors = {}
  const words = newRunWords.error
  const prompt = form.prompt.trim()
  const title = form.title.trim()
  const environment = EnvironmentId.safeParse(form.environment)
  const own = ownPlace(form)
  const repository = own ? form.repository.trim() : ''
  const branch = own ? form.branch.trim() : ''
  const setupCommands = own ? commandsOf(form.setup) : []
  const harness = HarnessId.safeParse(form.harness)
  const profile = form.profile === undefined ? undefined : ProfileId.safeParse(form.profile)
  const { id, effort } = form.models[form.harness] ?? noModel
  const model = id.trim()
  const budgetUsd = usdOf(form.budget)

  if (prompt === '' && plan === undefined) errors.prompt = words.promptMissing
  else if (prompt.length > promptLimit) errors.prompt = uiWords.tooLong(prompt.length - promptLimit)
  if (title.length > titleLimit) errors.title = uiWords.tooLong(title.length - titleLimit)
  if (repository.length > repositoryLimit) errors.repository = uiWords.tooLong(repository.length - repositoryLimit)
  else if (repository === '' && plan === 'commit') errors.repository = words.repositoryMissing
  else if (repository !== '' && !isRepository(repository)) errors.repository = words.repository
  if (branch !== '' && !isBranchName(branch)) errors.branch = words.branch
  if (setupCommands.length > 20) errors.setup = words.setupMany
  else if (setupCommands.some((command) => command.length > 4000)) errors.setup = words.setupLong
  if (model.length > 200) errors.models = words.modelLong
  if (form.budget.trim() !== '' && budgetUsd === undefined) errors.budget = words.budget
  if (!harness.success) errors.harness = words.agentMissing
  if (!harness.success || Object.keys(errors).length > 0) return { ok: false, errors }

  return {
    ok: true,
    prompt,
    title: title === '' ? undefined : title,
    config: {
      harness: harness.data,
      sandbox: form.sandbox,
      ...(model === '' ? {} : { model }),
      ...(effort === '' ? {} : { effort }),
      ...(budgetUsd === undefined || callsNoModel(harness.data) ? {} : { budgetUsd }),
      ...(environment.success ? { environmentId: environment.data } : {}),
      ...(form.host === '' ? {} : { host: form.host }),
      ...(repository === '' ? {} : { repository: { url: repository, ...(branch === '' ? {} : { branch }) } }),
      ...(profile?.success === true ? { profileId: profile.data } : {}),
      ...(form.keep ? {} : { noSnapshot: true }),
      ...(setupCommands.length === 0 ? {} : { setupCommands: [...setupCommands] }),
      ...(form.secrets === undefined
        ? {}
        : { secrets: form.secrets.flatMap((name) => SecretName.safeParse(name).data ?? []) }),
    },
  }
}

/** `/plan` asks for a plan, where the agent has the tools for one; elsewhere it is text as any other. */
export function withPlanCommand(checked: CheckedForm, runners: readonly Runner[]): CheckedForm {
  if (!checked.ok) return checked
  const wanted = planCommand(checked.prompt)
  if (wanted === undefined || !canWritePlans(runners, checked.config)) return checked
  if (wanted === '') return { ok: false, errors: { prompt: newRunWords.error.planMissing } }
  const prompt = writePlanPrompt(wanted)
  if (prompt.length > promptLimit)
    return { ok: false, errors: { prompt: uiWords.tooLong(prompt.length - promptLimit) } }
  return { ...checked, prompt, title: checked.title ?? titleFromPrompt(wanted) }
}

/** Whether repository, branch and commands of the form count: an environment brings its own unless it is overridden. */
export function ownPlace({ environment, override }: Pick<NewRunForm, 'environment' | 'override'>): boolean {
  return environment === '' || override
}

/** One command a line. */
export function commandsOf(setup: string): readonly string[] {
  return setup
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

/** A URL that git takes, its short ssh form, or a full path. */
function isRepository(text: string): boolean {
  if (/\s/.test(text) && !text.startsWith('/')) return false
  return (
    /^(https?|ssh|git|file):\/\/[^/]+.*/i.test(text) ||
    /^file:\/\/\/./i.test(text) ||
    /^[\w.-]+@[\w.-]+:[^:]+$/.test(text) ||
    /^\/./.test(text) ||
    /^~\/./.test(text)
  )
}
