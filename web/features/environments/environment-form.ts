import { z } from 'zod'
import { checkEnvironment, type EnvironmentProblem } from '#shared/domain/environment-check.ts'
import {
  OptionalField,
  PullPolicy,
  changedFields,
  type EnvironmentField,
  type EnvironmentSpec,
} from '#shared/domain/environment.ts'
import type { EnvironmentProposal } from '#shared/domain/environment-proposal.ts'
import { SandboxKind } from '#shared/domain/harness.ts'
import { EnvironmentId } from '#shared/ids.ts'
import type { ChangeEnvironmentArgs } from '#sync/core/mutators/environments.ts'
import type { Result } from '#shared/result.ts'

/** An environment as it is typed: every field a text, so that nothing half written is lost. */
export const EnvironmentForm = z.object({
  name: z.string(),
  description: z.string(),
  image: z.string(),
  /** A path in the repository of that place. */
  dockerfile: z.string().default(''),
  dockerfileIn: z.number().int().min(0).default(0),
  pullPolicy: z.enum(['machine', ...PullPolicy.options]).default('machine'),
  repositories: z.array(
    z.object({ url: z.string(), branch: z.string(), baseBranch: z.string().default(''), folder: z.string() }),
  ),
  branchPattern: z.string().default(''),
  commands: z.array(z.object({ command: z.string(), minutes: z.string() })),
  variables: z.array(z.object({ name: z.string(), value: z.string() })),
  secrets: z.enum(['all', 'some']),
  /** One a line. */
  secretNames: z.string(),
  egress: z.enum(['all', 'none', 'hosts']),
  /** One a line. */
  hosts: z.string(),
  memory: z.string(),
  cpus: z.string(),
  pids: z.string(),
  sandbox: SandboxKind,
  /** What it was just made as. */
  madeAs: EnvironmentId.optional(),
})
export type EnvironmentForm = z.infer<typeof EnvironmentForm>

export const emptyRepository = { url: '', branch: '', baseBranch: '', folder: '' }

export const emptyEnvironment: EnvironmentForm = {
  name: '',
  description: '',
  image: '',
  dockerfile: '',
  dockerfileIn: 0,
  pullPolicy: 'machine',
  repositories: [emptyRepository],
  branchPattern: '',
  commands: [],
  variables: [],
  secrets: 'all',
  secretNames: '',
  egress: 'all',
  hosts: '',
  memory: '',
  cpus: '',
  pids: '',
  sandbox: 'docker',
}

export function formOf(spec: EnvironmentSpec): EnvironmentForm {
  const { egress, resources = {} } = spec
  return {
    name: spec.name,
    description: spec.description ?? '',
    image: spec.image ?? '',
    dockerfile: spec.dockerfile?.path ?? '',
    dockerfileIn: spec.dockerfile?.repository ?? 0,
    pullPolicy: spec.pullPolicy ?? 'machine',
    repositories: spec.repositories.map(({ url, branch = '', baseBranch = '', folder = '' }) => ({
      url,
      branch,
      baseBranch,
      folder,
    })),
    branchPattern: spec.branchPattern ?? '',
    commands: spec.setupCommands.map(({ command, minutes }) => ({ command, minutes: textOf(minutes) })),
    variables: spec.variables.map(({ name, value }) => ({ name, value })),
    secrets: spec.secrets === undefined ? 'all' : 'some',
    secretNames: (spec.secrets ?? []).join('\n'),
    egress: egress?.kind ?? 'all',
    hosts: egress?.kind === 'hosts' ? egress.hosts.join('\n') : '',
    memory: textOf(resources.memoryMb),
    cpus: textOf(resources.cpus),
    pids: textOf(resources.pids),
    sandbox: spec.sandbox ?? 'docker',
  }
}

/** What the form asks for, or everything that must be mended. Rows that are wholly empty are none. */
export function checkForm(form: EnvironmentForm): Result<EnvironmentSpec, readonly EnvironmentProblem[]> {
  const resources = given({ memoryMb: numberOf(form.memory), cpus: numberOf(form.cpus), pids: numberOf(form.pids) })
  const spec = given({
    name: form.name.trim(),
    description: wordsOf(form.description),
    image: wordsOf(form.image),
    dockerfile:
      form.dockerfile.trim() === '' ? undefined : { repository: form.dockerfileIn, path: form.dockerfile.trim() },
    pullPolicy: form.pullPolicy === 'machine' ? undefined : form.pullPolicy,
    repositories: filled(form.repositories).map(({ url, branch, baseBranch, folder }) =>
      given({
        url: url.trim(),
        branch: wordsOf(branch),
        baseBranch: wordsOf(baseBranch),
        folder: wordsOf(folder),
      }),
    ),
    branchPattern: wordsOf(form.branchPattern),
    setupCommands: filled(form.commands).map(({ command, minutes }) => given({ command, minutes: numberOf(minutes) })),
    variables: filled(form.variables).map(({ name, value }) => ({ name: name.trim(), value })),
    secrets: form.secrets === 'all' ? undefined : linesOf(form.secretNames),
    egress:
      form.egress === 'all'
        ? undefined
        : form.egress === 'none'
          ? { kind: 'none' }
          : { kind: 'hosts', hosts: linesOf(form.hosts) },
    resources: Object.keys(resources).length === 0 ? undefined : resources,
    sandbox: form.sandbox,
  })
  return checkEnvironment(spec)
}

/** Only what differs, so that somebody else’s change of another field stays. `undefined`: nothing does. */
export function changesOf(
  before: EnvironmentSpec,
  after: EnvironmentSpec,
): Omit<ChangeEnvironmentArgs, 'environmentId'> | undefined {
  const changed = changedFields({ ...before, sandbox: before.sandbox ?? 'docker' }, after)
  if (changed.length === 0) return undefined
  const set = Object.fromEntries(Object.entries(after).filter(([field]) => changed.some((one) => one === field)))
  const clear = OptionalField.options.filter((field) => changed.includes(field) && after[field] === undefined)
  return { set, ...(clear.length === 0 ? {} : { clear: [...clear] }) }
}

/** The proposal in the form: what a person wrote into a field that it says nothing of stays. */
export function withProposal(form: EnvironmentForm, proposal: EnvironmentProposal): EnvironmentForm {
  const known = new Set(form.variables.map(({ name }) => name))
  return {
    ...form,
    image: proposal.image?.name ?? form.image,
    commands:
      proposal.commands.length === 0
        ? form.commands
        : proposal.commands.map(({ command, minutes }) => ({ command, minutes: textOf(minutes) })),
    variables: [
      ...form.variables,
      ...proposal.variables.filter(({ name }) => !known.has(name)).map(({ name, value }) => ({ name, value })),
    ],
  }
}

/** The problem of a field, or of one row of it. Rows are counted without the empty ones. */
export function problemOf(
  problems: readonly EnvironmentProblem[],
  field: EnvironmentField,
  row?: number,
): string | undefined {
  return problems.find((one) => one.field === field && one.index === row)?.text
}

function filled<T extends Readonly<Record<string, string>>>(rows: readonly T[]): T[] {
  return rows.filter((row) => Object.values(row).some((text) => text.trim() !== ''))
}

/** The place of a row among those that are filled in. */
export function filledIndex(rows: readonly Readonly<Record<string, string>>[], index: number): number {
  return filled(rows.slice(0, index)).length
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function wordsOf(text: string): string | undefined {
  return text.trim() === '' ? undefined : text.trim()
}

/** What is no number stays what it is, and is refused as such. */
function numberOf(text: string): number | string | undefined {
  const words = wordsOf(text)
  return words === undefined || Number.isNaN(Number(words)) ? words : Number(words)
}

function textOf(number: number | undefined): string {
  return number === undefined ? '' : String(number)
}

function given<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}
