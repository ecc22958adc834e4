import { lstat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import type { RunConfig } from '#shared/domain/run.ts'
import type { RunId } from '#shared/ids.ts'
import type { Clock } from '../clock.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Changes } from './changes/changes.ts'
import { cloneRepository, localPath } from './clone.ts'
import type { Journal } from './journal.ts'
import { lookAtFolder } from './named-folder.ts'
import { pipeOutput, runStep } from './steps.ts'
import { cut, type Transcript } from './transcript.ts'

export interface SetUpContext {
  runId: RunId
  config: RunConfig
  journal: Journal
  transcript: Transcript
  clock: Clock
  changes: Changes
  hostWorkspace: string
  /** For git on this machine, with the person's credentials. */
  hostEnv: Readonly<Record<string, string>>
  signal: AbortSignal
}

/** Uncommitted files that are told by name. */
const namedFiles = 100

/** Clones the repository, if there is one, and remembers where it stands. Done on this machine, before any sandbox. @throws TurnEnded */
export async function fillWorkspace(context: SetUpContext): Promise<void> {
  const { config, journal, changes } = context
  const repository = config.repository
  if (repository !== undefined) {
    const path = localPath(repository.url)
    const named = isAbsolute(path)
      ? await lookAtFolder(path, { env: context.hostEnv, signal: context.signal }).catch(() => undefined)
      : undefined
    const branch = repository.branch === undefined ? '' : `--branch ${repository.branch} `
    await runStep(context, {
      title: `Clone ${repository.url}`,
      command: `git clone ${branch}${repository.url}`,
      run: (write) =>
        cloneRepository(
          { runId: context.runId, env: context.hostEnv, write, signal: context.signal },
          {
            repository,
            into: context.hostWorkspace,
            hardLinks: config.sandbox === 'direct',
            detachedAt: named?.detachedAt,
          },
        ),
    })
    context.signal.throwIfAborted()
    await tellWhatStaysOut(context, named?.uncommitted ?? [])
  }
  context.signal.throwIfAborted()
  await changes.begin({ hardLinks: config.sandbox === 'direct' })
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

/** What a person may think they gave to the run, and a clone does not have. */
async function tellWhatStaysOut(
  { transcript, config, hostWorkspace }: SetUpContext,
  uncommitted: readonly string[],
): Promise<void> {
  if (uncommitted.length > 0) {
    const what = uncommitted.length === 1 ? '1 uncommitted change' : `${uncommitted.length} uncommitted changes`
    const more = uncommitted.length > namedFiles ? `\nand ${uncommitted.length - namedFiles} more` : ''
    transcript.notice(
      'warning',
      cut(`${what} of ${config.repository?.url ?? ''} stay out: the run works on what is committed.`, 1000),
      `${uncommitted.slice(0, namedFiles).join('\n')}${more}`,
    )
  }
  if (await isFile(join(hostWorkspace, '.gitmodules'))) {
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

/** The environment's own commands, in the sandbox, one after the other. @throws TurnEnded */
export async function runSetupCommands(context: SetUpContext, sandbox: Sandbox): Promise<void> {
  for (const command of context.config.setupCommands ?? []) {
    await runStep(context, {
      title: command.split('\n')[0] ?? command,
      command,
      run: async (write) => {
        const exec = await sandbox.exec({ argv: ['sh', '-c', command], signal: context.signal })
        return pipeOutput(exec, write)
      },
    })
    context.signal.throwIfAborted()
  }
}
