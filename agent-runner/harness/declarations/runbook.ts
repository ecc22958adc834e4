import { join } from 'node:path'
import { HarnessId } from '#shared/domain/harness.ts'
import { droverVersion } from '#shared/version.ts'
import type { HarnessDeclaration } from '../declaration.ts'

/** Ours: carries out the shell blocks of its prompt. Needs no model, no key and nothing to be fetched. */
export function createRunbook({ sourceRoot, nodeFor }: { sourceRoot: string; nodeFor: NodeForSandbox }): HarnessDeclaration {
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
        argv: (inside) => [inside(node), '--disable-warning=ExperimentalWarning', inside(agent)],
        env: () => ({}),
      }
    },
    quirks: { hearsDenials: true, rulesApply: true },
  }
}

/** The Node that runs inside a sandbox: this process's own, or one for Linux where the runner is not on Linux. */
export interface NodeForSandbox {
  installed(sandbox: 'direct' | 'docker'): Promise<boolean>
  path(context: { sandbox: 'direct' | 'docker'; onOutput: (text: string) => void; signal: AbortSignal }): Promise<string>
}
