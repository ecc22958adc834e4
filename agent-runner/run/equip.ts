import type { EgressPolicy } from '#shared/domain/environment-egress.ts'
import type { Assignment } from '#shared/protocol/runner-link.ts'
import type { Clock } from '../clock.ts'
import { emptyTree } from '../environment/copy-tree.ts'
import { prepare } from '../environment/prepare.ts'
import { planSetUp } from '../environment/set-up-plan.ts'
import type { RunGit } from '../git/run-git.ts'
import type { HarnessDeclaration, PreparedHarness } from '../harness/declaration.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { withVariables } from '../secrets/secret-variables.ts'
import type { Changes } from './changes/changes.ts'
import { makeRunFolders } from './folders.ts'
import { restoreRun } from '../snapshot/restore.ts'
import { startOf } from '../snapshot/save.ts'
import type { RunWorkerDeps } from './run-deps.ts'
import { runStep } from './steps.ts'
import type { Transcript } from './transcript.ts'
import { TurnEnded } from './turn-end.ts'

export interface Equipment {
  declaration: HarnessDeclaration
  prepared: PreparedHarness
  sandbox: Sandbox
  /** What its processes may reach. */
  egress: EgressPolicy
  /** Its ways to private repositories. */
  git: RunGit
}

/**
 * Makes workspace, harness and sandbox ready: what was done in an earlier turn is not done again.
 * @throws TurnEnded, HarnessError, SandboxError
 */
export async function equip(
  deps: RunWorkerDeps & { transcript: Transcript; changes: Changes },
  assignment: Assignment,
  given: { signal: AbortSignal; onSandbox: (sandbox: Sandbox) => void },
): Promise<Equipment> {
  const git = deps.openGit(assignment.secrets ?? [])
  try {
    return await equipWith(git, deps, assignment, given)
  } catch (error) {
    git.close()
    throw error
  }
}

async function equipWith(
  git: RunGit,
  deps: RunWorkerDeps & { transcript: Transcript; changes: Changes },
  assignment: Assignment,
  { signal, onSandbox }: { signal: AbortSignal; onSandbox: (sandbox: Sandbox) => void },
): Promise<Equipment> {
  const { runId, journal, transcript, clock, folders } = deps
  const { config, egress = { kind: 'all' } } = assignment
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
  const plan = planSetUp(assignment)
  const context = {
    runId,
    plan,
    journal,
    transcript,
    clock,
    changes: deps.changes,
    hostWorkspace: folders.workspace,
    hostEnv: deps.hostEnv,
    git,
    signal,
  }
  const fresh = journal.memory().facts.setUp !== true
  // What a set-up that failed or was stopped left would be in the way; nothing of an agent is in it.
  if (fresh) await emptyTree(folders.workspace)
  const prepared = await fetchHarness(declaration, { sandbox: config.sandbox, transcript, clock, signal })
  await journal.record({ k: 'facts', facts: { awake: true } })
  const start = async (image = plan.image): Promise<Sandbox> => {
    const started = await provider.start({
      runId,
      workspace: folders.workspace,
      home: folders.home,
      tmp: folders.tmp,
      tools: prepared.tools,
      env: plan.variables,
      resources: plan.resources,
      egress,
      bridged: !('open' in prepared) || git.bridged,
      step: (what) => runStep({ transcript, clock, signal }, what),
      signal,
      onNotice: (sentence) => transcript.notice('warning', sentence),
      ...(image === undefined ? {} : { image }),
      ...(plan.pullPolicy === undefined ? {} : { pullPolicy: plan.pullPolicy }),
    })
    onSandbox(started)
    const urls = plan.repositories.map(({ url }) => url)
    return withVariables(started, { ...(await git.inSandbox(started, { egress, urls })), ...deps.secrets.variables() })
  }
  if (!fresh) {
    const kept = journal.memory().facts.image
    const isThere = kept !== undefined && (await provider.imageId?.(kept)) !== undefined
    if (kept !== undefined && !isThere) {
      const text =
        'What its set-up had put into the container itself is gone; the workspace and the home folder are as they were.'
      transcript.notice('warning', text)
    }
    const sandbox = await start(isThere ? kept : plan.image)
    signal.throwIfAborted()
    return { declaration, prepared, sandbox, egress, git }
  }
  const sandbox = await prepare({
    context,
    folders,
    cache: deps.setUps,
    provider,
    secrets: assignment.secrets ?? [],
    start,
  })
  await journal.record({ k: 'facts', facts: { repositories: await startOf(plan, folders.workspace) } })
  await restoreRun({ ...deps, signal }, { assignment, sandbox, declaration })
  await journal.record({ k: 'facts', facts: { setUp: true } })
  return { declaration, prepared, sandbox, egress, git }
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
