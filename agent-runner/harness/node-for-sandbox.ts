import { join } from 'node:path'
import type { NodeForSandbox } from './declarations/runbook.ts'
import type { ToolsFolder } from './tools-folder.ts'

/** Version of the Linux Node that is fetched where the runner itself is not on Linux. */
const linuxNodeVersion = '24.21.0'

export function createNodeForSandbox(tools: ToolsFolder): NodeForSandbox {
  const packageName = `node-linux-${process.arch === 'arm64' ? 'arm64' : 'x64'}`
  const own = (sandbox: 'direct' | 'docker'): boolean => sandbox === 'direct' || process.platform === 'linux'
  return {
    installed: async (sandbox) => own(sandbox) || tools.has(packageName, linuxNodeVersion),
    path: async ({ sandbox, onOutput, signal }) => {
      if (own(sandbox)) return process.execPath
      const folder = await tools.fetch(packageName, linuxNodeVersion, { onOutput, signal, force: true })
      return join(folder, 'node_modules', packageName, 'bin/node')
    },
  }
}
