import { dirname, join } from 'node:path'
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
  /** Files of this machine: a program of ours that starts it, and what that gets before `entry`. */
  readonly starter?: readonly [program: string, ...more: string[]]
}

/**
 * Gets it and calls it: on this machine with the Node that Drover runs on, in a container with one that is brought along, so that an
 * image needs none.
 */
export function createPackageProgram(
  tools: ToolsFolder,
  { name, version, entry, args = [], starter }: PackageProgram,
): Pick<HarnessDeclaration, 'installed'> & {
  prepare(context: PrepareContext): Promise<Pick<ProgramHarness, 'tools' | 'argv'>>
} {
  return {
    installed: (sandbox) => tools.has(name, version, systemOf(sandbox)),
    prepare: async ({ sandbox, onOutput, signal }) => {
      const folder = await tools.fetch(name, version, { onOutput, signal, system: systemOf(sandbox) })
      const program = join(folder, 'node_modules', name, entry)
      const files = [...(starter ?? []), program]
      if (sandbox === 'direct') return { tools: [], argv: () => [process.execPath, ...files, ...args] }
      const node = await nodeInside(tools, { onOutput, signal })
      const starters = starter === undefined ? [] : [dirname(starter[0]), ...starter.slice(1)]
      return { tools: [folder, node, ...starters], argv: (inside) => [inside(node), ...files.map(inside), ...args] }
    },
  }
}

/** Containers are Linux whatever this machine is. */
function systemOf(sandbox: SandboxKind): ToolSystem | undefined {
  if (sandbox === 'direct' || process.platform === 'linux') return undefined
  return { os: 'linux', cpu: process.arch }
}
