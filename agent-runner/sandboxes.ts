import type { RunnerConfig } from './config.ts'
import type { DataFolder } from './data-folder.ts'
import { RunId } from '#shared/ids.ts'
import { runFolders } from './run/folders.ts'
import { createDirectProvider } from './sandbox/direct.ts'
import type { SandboxProvider } from './sandbox/sandbox.ts'

export function createSandboxes(config: RunnerConfig, folder: DataFolder): SandboxProvider[] {
  return [
    createDirectProvider({
      path: config.hostEnv['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
      lang: config.hostEnv['LANG'] ?? 'C.UTF-8',
      runFolder: (runId) => runFolders(folder.runs, RunId.parse(runId)).root,
    }),
  ]
}
