import type { AcpSession } from '../harness/acp-session.ts'
import { createTranslator, type Translator } from '../harness/translator.ts'
import type { RunModels } from '../models/endpoints.ts'
import type { PlanTools } from '../plan-tools/mcp-host.ts'
import type { GitPerson } from '#shared/domain/git-person.ts'
import type { ProfileSnapshot } from '#shared/domain/profile.ts'
import { showPulls } from '../publish/show-pulls.ts'
import { createPermissionDesk, type PermissionDesk } from './desk.ts'
import type { ChosenModel } from './choose-model.ts'
import type { Equipment } from './equip.ts'
import { createJudge, type Judge } from './judge.ts'
import { createPermissions, type Permissions } from './permissions.ts'
import type { Results } from './results.ts'
import type { Spending } from './spending.ts'
import type { RunWorkerDeps } from './run-deps.ts'
import type { Transcript } from './transcript.ts'
import type { AgentTerminals } from '../terminals/agent-terminals.ts'

/** What stands around a harness while it lives. */
export interface Bench extends Equipment {
  session: AcpSession | undefined
  /** What it was told last to work with. */
  chosen: ChosenModel
  /** Of the session; absent where it has none. */
  planTools: PlanTools | undefined
  /** Opened with the first session, and kept for those after it. */
  models: RunModels | undefined
  /** Rejects when the session told more than can be kept. */
  flooded: Promise<never>
  judge: Judge
  permissions: Permissions
  desk: PermissionDesk
  translator: Translator
  /** Who the agent’s commits are by, as git was told. */
  author: GitPerson | undefined
}

export function createBench(
  deps: RunWorkerDeps & {
    transcript: Transcript
    results: Results
    spending: Spending
    agentTerminals: AgentTerminals
  },
  { declaration, prepared, sandbox, egress, git }: Equipment,
  {
    turn,
    onActivity,
    profile,
  }: { turn: () => number; onActivity: (text: string) => void; profile: () => ProfileSnapshot | undefined },
): Bench {
  const { runId, journal, transcript, clock, folders, results } = deps
  const judge = createJudge({
    workspace: sandbox.workspace,
    hostWorkspace: folders.workspace,
    environment: { PATH: deps.hostEnv['PATH'] ?? '/usr/bin:/bin' },
  })
  const permissions = createPermissions({
    runId,
    turn,
    agent: declaration.name,
    journal,
    transcript,
    clock,
    digest: judge.digest,
    hiding: deps.secrets.hiding,
  })
  const translator = createTranslator({
    transcript,
    emit: (body) => journal.append(body),
    clock,
    blobs: deps.blobs,
    harnessName: declaration.name,
    dialect: declaration.quirks.dialect,
    workspace: sandbox.workspace,
    onActivity,
    onTouched: results.touched,
    onRan: showPulls(runId, { results, clock, journal }),
    onCommands: (commands) => declaration.learnAbilities?.({ commands }),
    spending: deps.spending,
    tokenCount: declaration.quirks.tokenCount,
  })
  const desk = createPermissionDesk({
    declaration,
    permissions: () => permissions,
    translator: () => translator,
    judge: () => judge,
    blobs: deps.blobs,
    terminals: deps.agentTerminals,
    profile,
    similar: () => journal.memory().facts.similar ?? [],
    allowSimilar: (patterns) => {
      const all = [...new Set([...(journal.memory().facts.similar ?? []), ...patterns])]
      // One with a value in it is not written down: after a restart it is asked about again.
      const written = all.filter((text) => deps.secrets.hiding.piece(text) === text)
      void journal.record({ k: 'facts', facts: { similar: written.slice(-200) } })
    },
    relative: (path) => (path.startsWith(`${sandbox.workspace}/`) ? path.slice(sandbox.workspace.length + 1) : path),
    cwd: () => sandbox.workspace,
  })
  return {
    sandbox,
    egress,
    git,
    chosen: {},
    session: undefined,
    planTools: undefined,
    models: undefined,
    author: undefined,
    flooded: new Promise<never>(() => {}),
    prepared,
    declaration,
    judge,
    permissions,
    desk,
    translator,
  }
}
