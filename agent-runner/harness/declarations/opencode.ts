import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { HarnessId } from '#shared/domain/harness.ts'
import type { HarnessDeclaration } from '../declaration.ts'
import { objectOf } from '../tool-content.ts'
import type { ToolsFolder } from '../tools-folder.ts'

export const openCodeVersion = '1.18.33'

/**
 * OpenCode, the real command line tool. npm's `opencode-ai` only picks one of the packages that hold the binary for a
 * system, by an install script; here that package is fetched itself.
 */
export function createOpenCode({
  tools,
  config,
}: {
  tools: ToolsFolder
  config: string | undefined
}): HarnessDeclaration {
  const settings = parseSettings(config)
  return {
    id: HarnessId.parse('opencode'),
    name: 'OpenCode',
    letters: 'OC',
    version: openCodeVersion,
    sandboxes: ['direct', 'docker'],
    unavailable: () => (typeof settings === 'string' ? settings : undefined),
    installed: (sandbox) => tools.has(packageFor(sandbox), openCodeVersion),
    prepare: async ({ sandbox, onOutput, signal }) => {
      const name = packageFor(sandbox)
      const force = sandbox === 'docker' && process.platform !== 'linux'
      const folder = await tools.fetch(name, openCodeVersion, { onOutput, signal, force })
      const program = join(folder, 'node_modules', name, 'bin/opencode')
      return {
        tools: sandbox === 'direct' ? [] : [program],
        argv: (inside) => [inside(program), 'acp'],
        env: () => ({
          OPENCODE_CONFIG_CONTENT: JSON.stringify(settings),
          OPENCODE_DISABLE_MODELS_FETCH: '1',
          OPENCODE_DISABLE_AUTOUPDATE: '1',
          OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
          // A repository must not loosen the permissions of the run that works on it.
          OPENCODE_DISABLE_PROJECT_CONFIG: '1',
        }),
      }
    },
    quirks: { hearsDenials: false, rulesApply: true, takesTools: true },
  }
}

/** @returns OpenCode's configuration with everything that changes something set to ask, or what is wrong with it. */
function parseSettings(config: string | undefined): Record<string, unknown> | string {
  if (config === undefined) {
    return 'OpenCode has no model provider here. Put its configuration with a provider and a model, as JSON, into DROVER_OPENCODE_CONFIG.'
  }
  try {
    const given = objectOf(JSON.parse(config))
    if (given === undefined) return 'DROVER_OPENCODE_CONFIG must be a JSON object, as opencode.json has it.'
    return { ...given, permission: { bash: 'ask', edit: 'ask', webfetch: 'ask', ...objectOf(given['permission']) } }
  } catch {
    return 'DROVER_OPENCODE_CONFIG is not valid JSON.'
  }
}

function packageFor(sandbox: 'direct' | 'docker'): string {
  const platform = sandbox === 'docker' ? 'linux' : process.platform
  const arch = process.arch === 'arm64' ? 'arm64' : 'x64'
  return `opencode-${platform}-${arch}${arch === 'x64' && !hasAvx2() ? '-baseline' : ''}`
}

/** The ordinary builds for x64 need AVX2. */
function hasAvx2(): boolean {
  if (process.platform !== 'linux') return true
  try {
    return /\bavx2\b/.test(readFileSync('/proc/cpuinfo', 'latin1'))
  } catch {
    return true
  }
}
