import type { RunnerConfig } from './config.ts'
import type { HarnessDeclaration } from './harness/declaration.ts'
import { createOpenCode } from './harness/declarations/opencode.ts'
import { createRunbook } from './harness/declarations/runbook.ts'
import { createNodeForSandbox } from './harness/node-for-sandbox.ts'
import { createToolsFolder } from './harness/tools-folder.ts'

/** Every harness that this runner knows. `sourceRoot`: the folder that holds `package.json` and `agent-runner`. */
export function createHarnesses({
  config,
  toolsFolder,
  sourceRoot,
}: {
  config: RunnerConfig
  toolsFolder: string
  sourceRoot: string
}): HarnessDeclaration[] {
  const tools = createToolsFolder(toolsFolder, config.hostEnv)
  return [
    createRunbook({ sourceRoot, nodeFor: createNodeForSandbox(tools) }),
    createOpenCode({ tools, config: config.openCodeConfig }),
  ]
}
