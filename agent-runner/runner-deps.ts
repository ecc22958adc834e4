import type { Clock } from './clock.ts'
import type { RunnerConfig } from './config.ts'
import type { DataFolder } from './data-folder.ts'
import type { AcpLimits } from './harness/acp-session.ts'
import type { GitGateway } from './git/gateway.ts'
import type { HarnessDeclaration } from './harness/declaration.ts'
import type { Log } from './log.ts'
import type { ModelGateway } from './models/endpoints.ts'
import type { JournalFile } from './run/journal-file.ts'
import type { SandboxProvider } from './sandbox/sandbox.ts'

export interface RunnerDeps {
  config: RunnerConfig
  folder: DataFolder
  clock: Clock
  log: Log
  sandboxes: readonly SandboxProvider[]
  harnesses: readonly HarnessDeclaration[]
  models: ModelGateway
  git: GitGateway
  limits?: Partial<AcpLimits>
  /** First and longest wait between attempts to connect. */
  reconnect?: { firstMs: number; mostMs: number }
  /** How often sandboxes and what is kept of runs are looked at again. */
  lookEveryMs?: number
  /** How journals are written; tests put a full disk here. */
  openFile?: (path: string) => Promise<JournalFile>
}
