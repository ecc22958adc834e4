import { join } from 'node:path'
import type { SandboxKind } from '#shared/domain/harness.ts'
import type { HarnessDeclaration, PrepareContext, ProgramHarness } from './declaration.ts'
import { nodeInside } from './node-inside.ts'
import type { ToolsFolder, ToolSystem } from './tools-folder.ts'

/** An agent that is an npm package for Node: `entry` is its program, below the package. */
export interface PackageProgram {
  readonly name: string
  readonly version: string
  readonly entry: string
  readonly args?: readonly string[]
}

/**
 * Gets it and calls it: on this machine with the Node that Drover runs on, in a container with one that is brought along, so that an
 * image needs none.
 */
export function createPackageProgram(
  tools: ToolsFolder,
  { name, version, entry, args = [] }: PackageProgram,
): Pick<HarnessDeclaration, 'installed'> & {
  prepare(context: PrepareContext): Promise<Pick<ProgramHarness, 'tools' | 'argv'>>
} {
  return {
    installed: (sandbox) => tools.has(name, version, systemOf(sandbox)),
    prepare: async ({ sandbox, onOutput, signal }) => {
      const folder = await tools.fetch(name, version, { onOutput, signal, system: systemOf(sandbox) })
      const program = join(folder, 'node_modules', name, entry)
      if (sandbox === 'direct') return { tools: [], argv: () => [process.execPath, program, ...args] }
      const node = await nodeInside(tools, { onOutput, signal })
      return { tools: [folder, node], argv: (inside) => [inside(node), inside(program), ...args] }
    },
  }
}

/** Containers are Linux whatever this machine is. */
function systemOf(sandbox: SandboxKind): ToolSystem | undefined {
  if (sandbox === 'direct' || process.platform === 'linux') return undefined
  return { os: 'linux', cpu: process.arch }
}
