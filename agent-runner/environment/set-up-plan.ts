import {
  folderOf,
  usualMinutes,
  type PullPolicy,
  type EnvironmentRepository,
  type ResourceLimits,
  type SetupCommand,
} from '#shared/domain/environment.ts'
import type { SandboxKind } from '#shared/domain/harness.ts'
import type { Repository } from '#shared/domain/run.ts'
import type { EnvironmentId } from '#shared/ids.ts'
import type { Assignment } from '#shared/protocol/runner-link.ts'

/** What is made ready for a run: its environment, with what the run itself says in place of it. */
export interface SetUpPlan {
  readonly sandbox: SandboxKind
  readonly image: string | undefined
  /** Absent: as the runner is set. */
  readonly pullPolicy: PullPolicy | undefined
  /** It is built of this file, in place of an image that has a name. */
  readonly dockerfile: { readonly repository: PlannedRepository; readonly path: string } | undefined
  readonly repositories: readonly PlannedRepository[]
  readonly commands: readonly { readonly command: string; readonly minutes: number }[]
  readonly variables: Readonly<Record<string, string>>
  readonly resources: ResourceLimits
  /** What comes of it may be used again for others. */
  readonly environment: { readonly id: EnvironmentId; readonly revision: number } | undefined
}

export interface PlannedRepository extends Repository {
  /** Below the workspace; empty: the workspace itself. */
  readonly folder: string
  /** The branch that its pull requests go into; absent: the one that it starts from. */
  readonly baseBranch?: string
  /** It is brought to this commit, since a run goes on from there. */
  readonly commit?: string
}

export function planSetUp({ config, environment, snapshot }: Assignment): SetUpPlan {
  const repositories: readonly EnvironmentRepository[] =
    config.repository === undefined ? (environment?.repositories ?? []) : [config.repository]
  const commands: readonly SetupCommand[] =
    config.setupCommands?.map((command) => ({ command })) ?? environment?.setupCommands ?? []
  // One alone is the workspace, so that paths are those of the repository; several lie side by side.
  const planned = repositories.map((one): PlannedRepository => {
    const folder = repositories.length === 1 ? '' : folderOf(one)
    const base = snapshot?.repositories.find((known) => known.folder === folder)?.base
    return {
      url: one.url,
      branch: one.branch,
      folder,
      ...(one.baseBranch === undefined ? {} : { baseBranch: one.baseBranch }),
      ...(base === undefined ? {} : { commit: base }),
    }
  })
  // A repository of the run's own has other files.
  const built = config.image === undefined && config.repository === undefined ? environment?.dockerfile : undefined
  const source = built === undefined ? undefined : planned[built.repository]
  return {
    dockerfile: built === undefined || source === undefined ? undefined : { repository: source, path: built.path },
    sandbox: config.sandbox,
    image: config.image ?? environment?.image,
    pullPolicy: environment?.pullPolicy,
    repositories: planned,
    commands: commands.map(({ command, minutes = usualMinutes }) => ({ command, minutes })),
    variables: Object.fromEntries((environment?.variables ?? []).map(({ name, value }) => [name, value])),
    resources: environment?.resources ?? {},
    environment: environment === undefined ? undefined : { id: environment.id, revision: environment.revision },
  }
}
