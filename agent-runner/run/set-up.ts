import { lstat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { withoutCredentials } from '#shared/domain/git-host.ts'
import type { RunId } from '#shared/ids.ts'
import type { Clock } from '../clock.ts'
import type { PlannedRepository, SetUpPlan } from '../environment/set-up-plan.ts'
import { explainGit } from '../git/explain.ts'
import type { RunGit } from '../git/run-git.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Changes } from './changes/changes.ts'
import { cloneRepository, localPath } from './clone.ts'
import type { Journal } from './journal.ts'
import { lfsNotice } from './lfs-notice.ts'
import { lookAtFolder } from './named-folder.ts'
import { pipeOutput, runStep } from './steps.ts'
import { cut, type Transcript } from './transcript.ts'

export interface SetUpContext {
  runId: RunId
  plan: SetUpPlan
  journal: Journal
  transcript: Transcript
  clock: Clock
  changes: Changes
  hostWorkspace: string
  /** For git on this machine, with the person's credentials. */
  hostEnv: Readonly<Record<string, string>>
  git: RunGit
  signal: AbortSignal
}

/** Uncommitted files that are told by name. */
const namedFiles = 100

/** Clones the repositories and remembers where they stand. Done on this machine, before any sandbox. @throws TurnEnded */
export async function fillWorkspace(context: SetUpContext): Promise<void> {
  const { plan, journal, changes, signal } = context
  for (const repository of plan.repositories) await clone(context, repository)
  signal.throwIfAborted()
  const folders = plan.repositories.flatMap(({ folder }) => (folder === '' ? [] : [folder]))
  await changes.begin({ hardLinks: plan.sandbox === 'direct', folders })
  const { branch, commit } = await changes.head()
  await journal.record({
    k: 'facts',
    facts: {
      ...(commit === undefined ? {} : { baseCommit: commit }),
      ...(branch === undefined ? {} : { baseBranch: branch }),
    },
  })
  if (branch !== undefined) journal.append({ type: 'facts', branch })
}

async function clone(context: SetUpContext, repository: PlannedRepository): Promise<void> {
  const { signal, hostEnv, plan } = context
  const path = localPath(repository.url)
  const named = isAbsolute(path) ? await lookAtFolder(path, { env: hostEnv, signal }).catch(() => undefined) : undefined
  const branch = repository.branch === undefined ? '' : `--branch ${repository.branch} `
  const into = repository.folder === '' ? '' : ` ${repository.folder}`
  const shown = withoutCredentials(repository.url)
  let said = ''
  await runStep(context, {
    title: `Clone ${shown}`,
    command: `git clone ${branch}${shown}${into}`,
    run: (write) =>
      context.git.onHost([repository.url], (variables) =>
        cloneRepository(
          {
            runId: context.runId,
            env: { ...hostEnv, ...variables },
            write: (text) => {
              said = (said + text).slice(-4000)
              write(text)
            },
            signal,
          },
          {
            repository,
            into: join(context.hostWorkspace, repository.folder),
            hardLinks: plan.sandbox === 'direct',
            detachedAt: named?.detachedAt,
            commit: repository.commit,
          },
        ),
      ),
    part: 'repository',
    explain: () => explainGit(said, { url: repository.url, credentials: context.git.credentials }),
  })
  signal.throwIfAborted()
  await tellWhatStaysOut(context, repository, named?.uncommitted ?? [])
}

/** What a person may think they gave to the run, and a clone does not have. */
async function tellWhatStaysOut(
  { transcript, hostWorkspace, hostEnv, signal }: SetUpContext,
  { url, folder }: PlannedRepository,
  uncommitted: readonly string[],
): Promise<void> {
  if (uncommitted.length > 0) {
    const what = uncommitted.length === 1 ? '1 uncommitted change' : `${uncommitted.length} uncommitted changes`
    const more = uncommitted.length > namedFiles ? `\nand ${uncommitted.length - namedFiles} more` : ''
    transcript.notice(
      'warning',
      cut(`${what} of ${withoutCredentials(url)} stay out: the run works on what is committed.`, 1000),
      `${uncommitted.slice(0, namedFiles).join('\n')}${more}`,
    )
  }
  const place = join(hostWorkspace, folder)
  const pointers = await lfsNotice(place, { env: hostEnv, signal })
  if (pointers !== undefined) transcript.notice('warning', pointers)
  if (await isFile(join(place, '.gitmodules'))) {
    transcript.notice(
      'info',
      'Submodules are not fetched. The set-up command “git submodule update --init --recursive” fetches them.',
    )
  }
}

async function isFile(path: string): Promise<boolean> {
  return lstat(path).then(
    (found) => found.isFile(),
    () => false,
  )
}

/** The environment's own commands, in the sandbox, one after the other, each with its time. @throws TurnEnded */
export async function runSetupCommands(context: SetUpContext, sandbox: Sandbox): Promise<void> {
  const env = { DROVER_WORKSPACE_ROOT: sandbox.workspace, DROVER_SANDBOX: sandbox.kind }
  for (const { command, minutes } of context.plan.commands) {
    await runStep(context, {
      title: command.split('\n')[0] ?? command,
      command,
      run: async (write) => {
        const late = AbortSignal.timeout(minutes * 60_000)
        const signal = AbortSignal.any([context.signal, late])
        const exec = await sandbox.exec({ argv: ['sh', '-c', command], env, signal })
        const code = await pipeOutput(exec, write)
        if (!late.aborted || context.signal.aborted || code === 0) return code
        write(`Stopped: it took longer than its ${minutes === 1 ? 'minute' : `${minutes} minutes`}.\n`)
        return lateCode
      },
    })
    context.signal.throwIfAborted()
  }
}

/** As `timeout` ends. */
const lateCode = 124
