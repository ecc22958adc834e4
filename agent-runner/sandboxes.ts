import { systemClock } from './clock.ts'
import type { RunnerConfig } from './config.ts'
import type { DataFolder } from './data-folder.ts'
import { createFetchedImages } from './disk/fetched-images.ts'
import { RunId } from '#shared/ids.ts'
import { nodeInside } from './harness/node-inside.ts'
import { createToolsFolder } from './harness/tools-folder.ts'
import { silentLog, type Log } from './log.ts'
import { runFolders } from './run/folders.ts'
import { createDirectCommands } from './sandbox/direct-commands.ts'
import { createDirectProvider } from './sandbox/direct.ts'
import { createDockerProvider } from './sandbox/docker.ts'
import { createDockerEngine, statusOf } from './sandbox/docker-engine.ts'
import { createRegistryLogins } from './sandbox/registry-logins.ts'
import type { SandboxProvider } from './sandbox/sandbox.ts'

export function createSandboxes(config: RunnerConfig, folder: DataFolder, log: Log = silentLog): SandboxProvider[] {
  const tools = createToolsFolder(folder.tools, config.hostEnv)
  const engine = createDockerEngine(config.docker)
  const fetched = createFetchedImages({
    file: folder.images,
    clock: systemClock,
    // The engine refuses what a container is made of.
    remove: (image) =>
      engine.docker
        .getImage(image)
        .remove()
        .then(
          () => true,
          (error: unknown) => statusOf(error) === 404,
        ),
    // What is not noted stays.
    onTrouble: () => {},
  })
  return [
    createDirectProvider({
      path: config.hostEnv['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
      lang: config.hostEnv['LANG'] ?? 'C.UTF-8',
      env: config.direct.env,
      commands: createDirectCommands({ ...config.direct, env: { ...config.hostEnv, ...config.direct.env }, log }),
      runFolder: (runId) => runFolders(folder.runs, RunId.parse(runId)).root,
    }),
    createDockerProvider({
      engine,
      fetched,
      limits: config.docker,
      logins: createRegistryLogins({ folder: config.docker.configFolder, env: config.hostEnv }),
      runnerId: folder.runnerId,
      cleanUp: config.cleanUp,
      node: () => nodeInside(tools),
    }),
  ]
}
