import { z } from 'zod'
import { EnvironmentId, RunId, UserId } from '../ids.ts'
import { BranchName } from './branch-name.ts'
import { EgressPolicy } from './environment-egress.ts'
import { patternLimit } from './branch-pattern.ts'
import { SandboxKind } from './harness.ts'
import { Repository } from './run.ts'
import { SecretName } from './secret.ts'

/** Environments of one team, those in the archive among them. */
export const environmentLimit = 300
/** Revisions that are kept of each. */
export const revisionLimit = 50
/** UTF-16 units of one environment as JSON: every revision is a row on every device. */
export const environmentSizeLimit = 32_000
export const environmentNameLimit = 80
export const descriptionLimit = 240
export const commandLimit = 4000
export const valueLimit = 4000
export const repositoriesLimit = 20
export const commandsLimit = 20
export const variablesLimit = 100
/** Minutes that a command may take where nothing else is said, and at the most. */
export const usualMinutes = 30
export const mostMinutes = 240

/** A folder of the workspace; a name, no path, and none of git's own. */
export const WorkFolder = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9._-]*$/)

export const EnvironmentRepository = Repository.extend({
  /** Where it lies when there are several; absent: as the last part of its address. */
  folder: WorkFolder.optional(),
  /** The branch that pull requests go into; absent: the one that a run starts from. */
  baseBranch: BranchName.optional(),
})
export type EnvironmentRepository = z.infer<typeof EnvironmentRepository>

/** A path below a repository, as git names it. */
export const DockerfilePath = z
  .string()
  .min(1)
  .max(300)
  .regex(/^(?!\/|-)(?!.*(?:^|\/)\.{1,2}(?:\/|$))[^\0\n\\]+$/)

/** A file of one of the repositories that the machine's engine builds the image from. */
export const EnvironmentDockerfile = z.object({
  /** Its place in the list, from 0. */
  repository: z.number().int().min(0).max(19),
  path: DockerfilePath,
})
export type EnvironmentDockerfile = z.infer<typeof EnvironmentDockerfile>

export const SetupCommand = z.object({
  command: z.string().min(1).max(commandLimit),
  minutes: z.number().int().min(1).max(mostMinutes).optional(),
})
export type SetupCommand = z.infer<typeof SetupCommand>

export const VariableName = z
  .string()
  .max(128)
  .regex(/^(?!DROVER_(?!SNAPSHOT_|NO_SNAPSHOT$))[A-Za-z_][A-Za-z0-9_]*$/)
export const Variable = z.object({
  name: VariableName,
  /** Readable by everybody of the team: what must not be is a secret. */
  value: z.string().max(valueLimit),
})
export type Variable = z.infer<typeof Variable>

export const ResourceLimits = z.object({
  memoryMb: z.number().int().min(128).max(1_048_576).optional(),
  cpus: z.number().min(0.1).max(512).optional(),
  pids: z.number().int().min(16).max(100_000).optional(),
})
export type ResourceLimits = z.infer<typeof ResourceLimits>

/** When an image is fetched: before each run's first turn, when the machine has not got it, or not at all. */
export const PullPolicy = z.enum(['always', 'missing', 'never'])
export type PullPolicy = z.infer<typeof PullPolicy>

/** What a run is worked in, as people write it. */
export const EnvironmentSpec = z.object({
  name: z.string().min(1).max(environmentNameLimit),
  description: z.string().max(descriptionLimit).optional(),
  /** Of a Docker sandbox; absent: the runner's default. */
  image: z.string().min(1).max(300).optional(),
  /** Built on the machine, in place of an image that is named. */
  dockerfile: EnvironmentDockerfile.optional(),
  /** Of an image that has a name; absent: as the machine is set. A machine that fetches none stays so. */
  pullPolicy: PullPolicy.optional(),
  repositories: z.array(EnvironmentRepository).max(repositoriesLimit),
  setupCommands: z.array(SetupCommand).max(commandsLimit),
  variables: z.array(Variable).max(variablesLimit),
  /** What the branches of its runs are called (`branch-pattern.ts`); absent: `drover/{title}-{id}`. */
  branchPattern: z.string().min(1).max(patternLimit).optional(),
  /** Absent: all that its person may use. None when empty. */
  secrets: z.array(SecretName).max(200).optional(),
  /** Absent: everything. */
  egress: EgressPolicy.optional(),
  resources: ResourceLimits.optional(),
  /** What a new run begins with. */
  sandbox: SandboxKind.optional(),
})
export type EnvironmentSpec = z.infer<typeof EnvironmentSpec>

export const environmentFields = [
  'name',
  'description',
  'image',
  'dockerfile',
  'pullPolicy',
  'repositories',
  'branchPattern',
  'setupCommands',
  'variables',
  'secrets',
  'egress',
  'resources',
  'sandbox',
] as const
export const EnvironmentField = z.enum(environmentFields)
export type EnvironmentField = z.infer<typeof EnvironmentField>

/** Those that can be taken out. */
export const OptionalField = EnvironmentField.extract([
  'description',
  'image',
  'dockerfile',
  'pullPolicy',
  'branchPattern',
  'secrets',
  'egress',
  'resources',
  'sandbox',
])
export type OptionalField = z.infer<typeof OptionalField>

/** The last try to make it ready without an agent. While it goes on, the run's own row says how far it is. */
export const EnvironmentTest = z.object({
  runId: RunId,
  /** Of the environment; absent until a machine took it. */
  revision: z.number().int().positive().optional(),
  state: z.enum(['going', 'ok', 'failed', 'cancelled']),
  by: UserId,
  startedAt: z.number(),
  endedAt: z.number().optional(),
  /** What went wrong. */
  text: z.string().max(600).optional(),
})
export type EnvironmentTest = z.infer<typeof EnvironmentTest>

/** Row `environment/<id>`. */
export const Environment = z.object({
  id: EnvironmentId,
  spec: EnvironmentSpec,
  /** Goes up by one with each change. */
  revision: z.number().int().positive(),
  createdBy: UserId,
  createdAt: z.number(),
  updatedBy: UserId,
  updatedAt: z.number(),
  /** Set when the first run is started in it, and renewed now and then. */
  usedAt: z.number().optional(),
  /** It was deleted, and runs know it: it can't be chosen any more, and can be brought back. */
  archivedAt: z.number().optional(),
  test: EnvironmentTest.optional(),
})
export type Environment = z.infer<typeof Environment>

/** Row `environment-revision/<id>/<number>`. */
export const EnvironmentRevision = z.object({
  environmentId: EnvironmentId,
  revision: z.number().int().positive(),
  by: UserId,
  at: z.number(),
  changed: z.array(EnvironmentField).max(environmentFields.length),
  /** It was made by bringing back this one. */
  restored: z.number().int().positive().optional(),
  spec: EnvironmentSpec,
})
export type EnvironmentRevision = z.infer<typeof EnvironmentRevision>

/** What goes to a runner: an environment as it stood when the run was first given to one. */
export const EnvironmentSnapshot = EnvironmentSpec.omit({ description: true }).extend({
  id: EnvironmentId,
  revision: z.number().int().positive(),
})
export type EnvironmentSnapshot = z.infer<typeof EnvironmentSnapshot>

/** The part of an address that names its repository. */
export function folderOf({ url, folder }: Pick<EnvironmentRepository, 'url' | 'folder'>): string {
  if (folder !== undefined) return folder
  const last = url
    .replace(/[/\\]+$/, '')
    .replace(/\.git$/, '')
    .split(/[/\\:]/)
    .at(-1)
  const name = (last ?? '').replaceAll(/[^A-Za-z0-9._-]/g, '-').replace(/^[.-]+/, '')
  return name === '' ? 'repository' : name.slice(0, 100)
}

/** Which fields of the first differ in the second. */
export function changedFields(before: EnvironmentSpec, after: EnvironmentSpec): EnvironmentField[] {
  return environmentFields.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
}
