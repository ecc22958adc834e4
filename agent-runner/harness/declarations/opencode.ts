import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HarnessId } from '#shared/domain/harness.ts'
import { noCredentials } from '../credentials.ts'
import type { HarnessContext, HarnessDeclaration, HarnessEnv } from '../declaration.ts'
import { openCodeSession } from '../sessions/opencode-session.ts'
import { isFilled, type Person } from '../sign-in.ts'
import { objectOf } from '../tool-content.ts'
import type { ToolsFolder } from '../tools-folder.ts'
import { openCodeProviders } from './opencode-providers.ts'

export const openCodeVersion = '1.18.33'

const name = 'OpenCode'

/**
 * At its start it would fetch `@opencode-ai/plugin` from npm into its configuration's folder, for plugins that might stand there, unless a lock file beside
 * `node_modules` names it. There is no other switch for that. A folder that somebody made is left as it is.
 */
const start = [
  'folder="${XDG_CONFIG_HOME:-$HOME/.config}/opencode"',
  'if [ ! -e "$folder" ] && mkdir -p "$folder/node_modules"; then',
  `  printf '%s\\n' '${JSON.stringify({ packages: { '': { dependencies: { '@opencode-ai/plugin': '*' } } } })}' > "$folder/package-lock.json"`,
  'fi 2> /dev/null',
  'exec "$@"',
].join('\n')

/**
 * OpenCode, the real command line tool. npm's `opencode-ai` only picks one of the packages that hold the binary for a
 * system, by an install script; here that package is fetched itself.
 */
export function createOpenCode({
  tools,
  config,
  person,
}: {
  tools: ToolsFolder
  /** DROVER_OPENCODE_CONFIG: it has the providers and models that the runner's owner chose, whatever a run has. */
  config: string | undefined
  person: Person
}): HarnessDeclaration {
  const given = config === undefined ? undefined : parseSettings(config)
  const dataFolder = person.variables['XDG_DATA_HOME'] ?? join(person.home, '.local/share')
  const signedIn = (): Promise<boolean> => isFilled(dataFolder, 'opencode/auth.json')

  async function models(context: HarnessContext): Promise<{ config: Record<string, unknown>; env: HarnessEnv }> {
    if (typeof given === 'object') return { config: withModel(given, context.config.model), env: {} }
    const provided = openCodeProviders(context)
    if (provided !== undefined) return { config: provided, env: {} }
    if (context.config.sandbox === 'direct' && (await signedIn())) {
      const auth = await readFile(join(dataFolder, 'opencode/auth.json'), 'utf8')
      return { config: withModel({}, context.config.model), env: { OPENCODE_AUTH_CONTENT: auth } }
    }
    throw noCredentials(name, { secrets: 'an Anthropic, OpenAI or Google key', command: 'opencode auth login' })
  }

  return {
    id: HarnessId.parse('opencode'),
    name,
    letters: 'OC',
    version: openCodeVersion,
    sandboxes: ['direct', 'docker'],
    unavailable: () => (typeof given === 'string' ? given : undefined),
    installed: (sandbox) => tools.has(packageFor(sandbox), openCodeVersion),
    prepare: async ({ sandbox, onOutput, signal }) => {
      const packageName = packageFor(sandbox)
      const force = sandbox === 'docker' && process.platform !== 'linux'
      const folder = await tools.fetch(packageName, openCodeVersion, { onOutput, signal, force })
      const program = programOf(folder, packageName)
      return {
        tools: sandbox === 'direct' ? [] : [program],
        argv: (inside) => ['sh', '-c', start, 'drover', inside(program), 'acp'],
        env: async (context) => {
          const chosen = await models(context)
          return {
            OPENCODE_CONFIG_CONTENT: JSON.stringify(asking(chosen.config)),
            OPENCODE_DISABLE_MODELS_FETCH: '1',
            OPENCODE_DISABLE_AUTOUPDATE: '1',
            OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
            // A repository must not loosen the permissions of the run that works on it.
            OPENCODE_DISABLE_PROJECT_CONFIG: '1',
            ...chosen.env,
          }
        },
      }
    },
    // With a configuration of its own it needs none.
    ...(config === undefined ? { takes: ['anthropic_key', 'openai_key', 'google_key', 'model_endpoint'] } : {}),
    signedIn,
    quirks: {
      hearsDenials: false,
      rulesApply: true,
      takesTools: true,
      sessions: openCodeSession(async (sandbox) => {
        const found = await tools.find(packageFor(sandbox.kind), openCodeVersion)
        return found === undefined ? undefined : sandbox.toolPath(programOf(found, packageFor(sandbox.kind)))
      }),
      cannotAsk: {
        direct: ['OpenCode uses the tools of servers without asking.'],
        docker: ['OpenCode uses the tools of servers without asking.'],
      },
    },
  }
}

export function programOf(folder: string, packageName: string): string {
  return join(folder, 'node_modules', packageName, 'bin/opencode')
}

/** @returns OpenCode's configuration, or what is wrong with it. */
function parseSettings(config: string): Record<string, unknown> | string {
  try {
    return objectOf(JSON.parse(config)) ?? 'DROVER_OPENCODE_CONFIG must be a JSON object, as opencode.json has it.'
  } catch {
    return 'DROVER_OPENCODE_CONFIG is not valid JSON.'
  }
}

/** Everything that changes something is asked for, unless the runner's owner said otherwise. */
function asking(config: Record<string, unknown>): Record<string, unknown> {
  return { ...config, permission: { bash: 'ask', edit: 'ask', webfetch: 'ask', ...objectOf(config['permission']) } }
}

function withModel(config: Record<string, unknown>, model: string | undefined): Record<string, unknown> {
  return model === undefined ? config : { ...config, model }
}

/** npm's package that holds the binary for a sandbox of this machine. */
export function packageFor(sandbox: 'direct' | 'docker'): string {
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
