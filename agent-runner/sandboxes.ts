import type { RunnerConfig } from './config.ts'
import type { DataFolder } from './data-folder.ts'
import { RunId } from '#shared/ids.ts'
import { nodeInside } from './harness/node-inside.ts'
import { createToolsFolder } from './harness/tools-folder.ts'
import { runFolders } from './run/folders.ts'
import { createDirectProvider } from './sandbox/direct.ts'
import { createDockerProvider } from './sandbox/docker.ts'
import { createDockerEngine } from './sandbox/docker-engine.ts'
import type { SandboxProvider } from './sandbox/sandbox.ts'

export function createSandboxes(config: RunnerConfig, folder: DataFolder): SandboxProvider[] {
  const tools = createToolsFolder(folder.tools, config.hostEnv)
  return [
    createDirectProvider({
      path: config.hostEnv['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
      lang: config.hostEnv['LANG'] ?? 'C.UTF-8',
      runFolder: (runId) => runFolders(folder.runs, RunId.parse(runId)).root,
    }),
    createDockerProvider({
      engine: createDockerEngine(config.docker),
      limits: config.docker,
      runnerId: folder.runnerId,
      cleanUp: config.cleanUp,
      node: () => nodeInside(tools),
    }),
  ]
}
