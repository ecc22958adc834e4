import { join } from 'node:path'
import { HarnessId } from '#shared/domain/harness.ts'
import { droverVersion } from '#shared/version.ts'
import type { HarnessDeclaration } from '../declaration.ts'

/** Ours: carries out the shell blocks of its prompt. Needs no model, no key and nothing to be fetched. */
export function createRunbook({
  sourceRoot,
  nodeFor,
}: {
  sourceRoot: string
  nodeFor: NodeForSandbox
}): HarnessDeclaration {
  const agent = join(sourceRoot, 'agent-runner/harness/runbook/agent.ts')
  const tools = [
    'package.json',
    'shared',
    'agent-runner',
    'node_modules/@agentclientprotocol/sdk',
    'node_modules/zod',
    'node_modules/unbash',
  ].map((path) => join(sourceRoot, path))
  return {
    id: HarnessId.parse('runbook'),
    name: 'Runbook',
    letters: 'RB',
    version: droverVersion,
    sandboxes: ['direct', 'docker'],
    unavailable: () => undefined,
    installed: (sandbox) => nodeFor.installed(sandbox),
    prepare: async (context) => {
      const node = await nodeFor.path(context)
      return {
        tools: context.sandbox === 'direct' ? [] : [...tools, node],
        argv: (inside) => [
          inside(node),
          ...(context.sandbox === 'direct' ? [compiledOnce(sourceRoot)] : []),
          '--disable-warning=ExperimentalWarning',
          inside(agent),
        ],
        env: () => ({}),
      }
    },
    quirks: { hearsDenials: true, rulesApply: true },
  }
}

/** Keeps the agent's code compiled between its starts, which are then three times as quick; an option, so that no command inherits it. */
function compiledOnce(sourceRoot: string): string {
  const folder = join(sourceRoot, 'node_modules', '.cache', 'drover-compile')
  return `--import=data:text/javascript,${encodeURIComponent(`import { enableCompileCache } from 'node:module'; enableCompileCache(${JSON.stringify(folder)})`)}`
}

/** The Node that runs inside a sandbox: this process's own, or one for Linux where the runner is not on Linux. */
export interface NodeForSandbox {
  installed(sandbox: 'direct' | 'docker'): Promise<boolean>
  path(context: {
    sandbox: 'direct' | 'docker'
    onOutput: (text: string) => void
    signal: AbortSignal
  }): Promise<string>
}
