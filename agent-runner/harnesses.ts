import type { RunnerConfig } from './config.ts'
import type { HarnessDeclaration } from './harness/declaration.ts'
import { drover } from './harness/declarations/drover.ts'
import { createOpenCode } from './harness/declarations/opencode.ts'
import { runbook } from './harness/declarations/runbook.ts'
import { createToolsFolder } from './harness/tools-folder.ts'

/** Every harness that this runner knows. */
export function createHarnesses({
  config,
  toolsFolder,
}: {
  config: RunnerConfig
  toolsFolder: string
}): HarnessDeclaration[] {
  const tools = createToolsFolder(toolsFolder, config.hostEnv)
  return [runbook, drover, createOpenCode({ tools, config: config.openCodeConfig })]
}
