import type { RunConfig } from '#shared/domain/run.ts'
import type { RunId } from '#shared/ids.ts'
import type { Clock } from '../clock.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Changes } from './changes/changes.ts'
import { cloneRepository } from './clone.ts'
import type { Journal } from './journal.ts'
import { pipeOutput, runStep } from './steps.ts'
import type { Transcript } from './transcript.ts'

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

/** Clones the repository, if there is one, and remembers where it stands. Done on this machine, before any sandbox. @throws TurnEnded */
export async function fillWorkspace(context: SetUpContext): Promise<void> {
  const { config, journal, changes } = context
  const repository = config.repository
  if (repository !== undefined) {
    const branch = repository.branch === undefined ? '' : `--branch ${repository.branch} `
    await runStep(context, {
      title: `Clone ${repository.url}`,
      command: `git clone ${branch}${repository.url}`,
      run: (write) =>
        cloneRepository({
          runId: context.runId,
          repository,
          into: context.hostWorkspace,
          env: context.hostEnv,
          hardLinks: config.sandbox === 'direct',
          write,
          signal: context.signal,
        }),
    })
  }
  context.signal.throwIfAborted()
  await changes.begin()
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
