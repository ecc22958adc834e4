import type { Assignment } from '#shared/protocol/runner-link.ts'
import type { Clock } from '../clock.ts'
import type { HarnessDeclaration, PreparedHarness } from '../harness/declaration.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { withVariables } from '../secrets/secret-variables.ts'
import type { Changes } from './changes/changes.ts'
import { emptyFolder, makeRunFolders } from './folders.ts'
import type { RunWorkerDeps } from './run-deps.ts'
import { fillWorkspace, runSetupCommands } from './set-up.ts'
import { runStep } from './steps.ts'
import type { Transcript } from './transcript.ts'
import { TurnEnded } from './turn-end.ts'

export interface Equipment {
  declaration: HarnessDeclaration
  prepared: PreparedHarness
  sandbox: Sandbox
}

/**
 * Makes workspace, harness and sandbox ready: what was done in an earlier turn is not done again.
 * @throws TurnEnded, HarnessError, SandboxError
 */
export async function equip(
  deps: RunWorkerDeps & { transcript: Transcript; changes: Changes },
  assignment: Assignment,
  { signal, onSandbox }: { signal: AbortSignal; onSandbox: (sandbox: Sandbox) => void },
): Promise<Equipment> {
  const { runId, journal, transcript, clock, folders } = deps
  const { config } = assignment
  const declaration = deps.harness(config.harness)
  const provider = deps.sandbox(config.sandbox)
  if (declaration === undefined || provider === undefined) {
    const what = declaration === undefined ? `the harness ${config.harness}` : `the sandbox ${config.sandbox}`
    throw new TurnEnded({
      event: 'error',
      reason: { code: 'harness_missing', text: `This runner does not have ${what}.`, retryable: false },
    })
  }
  await makeRunFolders(folders)
  const context = {
    runId,
    config,
    journal,
    transcript,
    clock,
    changes: deps.changes,
    hostWorkspace: folders.workspace,
    hostEnv: deps.hostEnv,
    signal,
  }
  const fresh = journal.memory().facts.setUp !== true
  // What a set-up that failed or was stopped left would be in the way; nothing of an agent is in it.
  if (fresh) await emptyFolder(folders.workspace)
  const prepared = await fetchHarness(declaration, { sandbox: config.sandbox, transcript, clock, signal })
  await journal.record({ k: 'facts', facts: { awake: true } })
  // A container takes as long to start as a small clone does.
  const [starting, filling] = await Promise.allSettled([
    provider
      .start({
        runId,
        workspace: folders.workspace,
        home: folders.home,
        tmp: folders.tmp,
        tools: prepared.tools,
        ...(config.image === undefined ? {} : { image: config.image }),
      })
      .then((started) => {
        onSandbox(started)
        return started
      }),
    fresh ? fillWorkspace(context) : undefined,
  ])
  if (filling.status === 'rejected') throw filling.reason
  if (starting.status === 'rejected') throw starting.reason
  const sandbox = withVariables(starting.value, deps.secrets.variables())
  signal.throwIfAborted()
  if (fresh) {
    await sandbox.ownWorkspace()
    if (sandbox.kind !== 'direct') await deps.changes.ownerChanged()
    await runSetupCommands(context, sandbox)
    await journal.record({ k: 'facts', facts: { setUp: true } })
  }
  return { declaration, prepared, sandbox }
}

async function fetchHarness(
  declaration: HarnessDeclaration,
  {
    sandbox,
    transcript,
    clock,
    signal,
  }: { sandbox: Sandbox['kind']; transcript: Transcript; clock: Clock; signal: AbortSignal },
): Promise<PreparedHarness> {
  if (await declaration.installed(sandbox)) return declaration.prepare({ sandbox, signal, onOutput: () => {} })
  let prepared: PreparedHarness | undefined
  await runStep(
    { transcript, clock, signal },
    {
      title: `Fetch ${declaration.name} ${declaration.version ?? ''}`.trim(),
      run: async (onOutput) => {
        prepared = await declaration.prepare({ sandbox, signal, onOutput })
        return 0
      },
    },
  )
  signal.throwIfAborted()
  return prepared ?? declaration.prepare({ sandbox, signal, onOutput: () => {} })
}
