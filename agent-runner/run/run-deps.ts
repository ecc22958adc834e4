import type { DeliveryId, PromptId, RunId, UserId } from '#shared/ids.ts'
import type { Attachment } from '#shared/domain/attachment.ts'
import type { RunEventName } from '#shared/domain/run.ts'
import type { SentPlan } from '#shared/domain/sent-plan.ts'
import type { RunnerUp } from '#shared/protocol/runner-link.ts'
import type { Clock } from '../clock.ts'
import type { AcpLimits } from '../harness/acp-session.ts'
import type { SetUpCache } from '../environment/set-up-cache.ts'
import type { RunSecret } from '#shared/domain/secret.ts'
import type { RunGit } from '../git/run-git.ts'
import type { HarnessDeclaration } from '../harness/declaration.ts'
import type { BlobSource, BlobStore } from '../link/blob-store.ts'
import type { FetchBlob } from '../link/fetch-blob.ts'
import type { Log } from '../log.ts'
import type { ModelGateway } from '../models/endpoints.ts'
import type { McpHost } from '../plan-tools/mcp-host.ts'
import type { RunSecrets } from '../secrets/run-secrets.ts'
import type { SandboxProvider } from '../sandbox/sandbox.ts'
import type { WatchTimes } from './conversation.ts'
import type { SnapshotSettings } from '../snapshot/settings.ts'
import type { SymbolFinder } from '../symbols/symbol-finder.ts'
import type { RunFolders } from './folders.ts'
import type { Journal } from './journal.ts'
import type { RestingRuns } from './resting-runs.ts'

export interface RunWorkerDeps {
  runId: RunId
  folders: RunFolders
  journal: Journal
  clock: Clock
  log: Log
  blobs: BlobStore
  /** As they are: files that are brought back must be what they were. `undefined`: the server keeps no snapshots. */
  snapshots: () => (Pick<BlobStore, 'put'> & BlobSource) | undefined
  /** What this machine says of snapshots. */
  snapshotSettings: SnapshotSettings
  /** What is kept of one long output, in bytes. */
  outputBytes: number
  fetchBlob: FetchBlob
  /** The server takes the paths of workspaces. */
  takesPaths: () => boolean
  symbols: SymbolFinder
  send: (message: RunnerUp) => void
  /** As it is: what goes here was hidden before, and is told by places in it. */
  sendPlain: (message: RunnerUp) => void
  /** The server takes what is told of terminals. */
  terminalsTaken: () => boolean
  /** `undefined`: the server has no tools for plans. */
  planTools: () => Pick<McpHost, 'open'> | undefined
  harness: (id: string) => HarnessDeclaration | undefined
  sandbox: (kind: string) => SandboxProvider | undefined
  models: ModelGateway
  /** Ways to private repositories, by the credentials among these. */
  openGit: (secrets: readonly RunSecret[]) => RunGit
  setUps: SetUpCache
  secrets: RunSecrets
  /** For git on this machine. */
  hostEnv: Readonly<Record<string, string>>
  limits: AcpLimits
  times: WatchTimes
  resting: RestingRuns
  onActiveChange: () => void
  /** A turn has ended, after so long. */
  onEnded?: (event: RunEventName, ms: number) => void
}

export interface QueuedPrompt {
  deliveryId?: DeliveryId
  promptId: PromptId
  text: string
  by?: UserId | undefined
  mode: 'interrupt' | 'queue'
  automatic?: boolean | undefined
  plans?: readonly SentPlan[] | undefined
  attachments?: readonly Attachment[] | undefined
  /** For the agent alone, after the text. */
  context?: string | undefined
}
