import { homedir } from 'node:os'
import { join } from 'node:path'
import type { RunnerConfig } from './config.ts'
import type { HarnessDeclaration } from './harness/declaration.ts'
import { createClaudeCode } from './harness/declarations/claude-code.ts'
import { createCodex } from './harness/declarations/codex.ts'
import { createCustom } from './harness/declarations/custom.ts'
import { createGemini } from './harness/declarations/gemini.ts'
import { drover } from './harness/declarations/drover.ts'
import { createOpenCode } from './harness/declarations/opencode.ts'
import { runbook } from './harness/declarations/runbook.ts'
import { createModelMemory } from './harness/model-memory.ts'
import type { Person } from './harness/sign-in.ts'
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
  const person: Person = { home: config.hostEnv['HOME'] ?? homedir(), variables: config.agentEnv }
  const memory = createModelMemory(join(config.folder, 'models.json'))
  const agents = [
    createClaudeCode({ tools, person }),
    createCodex({ tools, person }),
    createGemini({ tools, person }),
    createOpenCode({ tools, person, config: config.openCodeConfig }),
    ...config.agents.map(createCustom),
  ]
  return [runbook, drover, ...agents.map(memory.remembering)]
}
