import { join } from 'node:path'
import { HarnessId, type ModelOffer } from '#shared/domain/harness.ts'
import { bedrockEnv, noCredentials } from '../credentials.ts'
import type { HarnessContext, HarnessDeclaration, HarnessEnv, SessionOptions } from '../declaration.ts'
import { createPackageProgram } from '../package-program.ts'
import { claudeSession } from '../sessions/claude-session.ts'
import { isFilled, type Person } from '../sign-in.ts'
import type { ToolsFolder } from '../tools-folder.ts'

export const claudeCodeVersion = '0.101.0'

const name = 'Claude Code'
const efforts = ['low', 'medium', 'high', 'max'] as const
const models: readonly ModelOffer[] = [
  { id: 'default', name: 'Default' },
  { id: 'opus', name: 'Opus', efforts: [...efforts] },
  { id: 'sonnet', name: 'Sonnet', efforts: [...efforts] },
  { id: 'haiku', name: 'Haiku' },
]

/** Claude Code, by the adapter that its protocol's makers keep; Anthropic's own program comes with it. */
export function createClaudeCode({ tools, person }: { tools: ToolsFolder; person: Person }): HarnessDeclaration {
  const program = createPackageProgram(tools, {
    name: '@agentclientprotocol/claude-agent-acp',
    version: claudeCodeVersion,
    entry: 'dist/index.js',
  })
  const configFolder = person.variables['CLAUDE_CONFIG_DIR'] ?? join(person.home, '.claude')
  const oauthToken = person.variables['CLAUDE_CODE_OAUTH_TOKEN']
  const signedIn = async (): Promise<boolean> =>
    oauthToken !== undefined || (await isFilled(configFolder, '.credentials.json'))

  async function credentials(context: HarnessContext): Promise<HarnessEnv> {
    const endpoint = context.models.endpoint('anthropic')
    if (endpoint !== undefined) return { ANTHROPIC_BASE_URL: endpoint.baseUrl, ANTHROPIC_API_KEY: endpoint.token }
    const bedrock = bedrockEnv(context.secrets ?? [])
    if (bedrock !== undefined) return { CLAUDE_CODE_USE_BEDROCK: '1', ...bedrock }
    if (context.config.sandbox === 'direct' && (await signedIn())) {
      return {
        CLAUDE_CONFIG_DIR: configFolder,
        ...(oauthToken === undefined ? {} : { CLAUDE_CODE_OAUTH_TOKEN: oauthToken }),
      }
    }
    throw noCredentials(name, { secrets: 'an Anthropic key or a Bedrock key', command: 'claude' })
  }

  return {
    id: HarnessId.parse('claude-code'),
    name,
    letters: 'CC',
    version: claudeCodeVersion,
    sandboxes: ['direct', 'docker'],
    unavailable: () => undefined,
    installed: program.installed,
    prepare: async (context) => ({
      ...(await program.prepare(context)),
      env: async (start) => ({ ...settings, ...modelOf(start), ...(await credentials(start)) }),
      session: (start) => ({ meta: sessionMeta(start) }),
    }),
    takes: ['anthropic_key', 'bedrock_key', 'bedrock_access_key', 'model_endpoint'],
    signedIn,
    models: () => models,
    quirks: {
      hearsDenials: false,
      rulesApply: true,
      takesTools: true,
      firstMode: 'default',
      sessions: claudeSession,
    },
  }
}

const settings: HarnessEnv = {
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_AUTOUPDATER: '1',
  // Else a refused key shows only after more than a minute of silent tries.
  CLAUDE_CODE_MAX_RETRIES: '2',
  // Else it has no task list.
  CLAUDE_CODE_ENABLE_TODO_TOOLS: '1',
  // Else the tools of servers are hidden behind a search.
  ENABLE_TOOL_SEARCH: 'false',
}

/** A model that is none of its own names is one of the run's endpoint; what it does on the side goes there too. */
function modelOf({ config: { model } }: HarnessContext): HarnessEnv {
  if (model === undefined || models.some(({ id }) => id === model)) return {}
  if (/(?:^|[./])claude-/.test(model)) return { ANTHROPIC_MODEL: model }
  return { ANTHROPIC_MODEL: model, ANTHROPIC_CUSTOM_MODEL_OPTION: model, ANTHROPIC_DEFAULT_HAIKU_MODEL: model }
}

/**
 * What a repository's own settings must not loosen: these stand above them. Its rules can't allow what is to be asked, it can't run
 * hooks or a helper for keys, and it can't lead the requests elsewhere.
 */
function sessionMeta(context: HarnessContext): NonNullable<SessionOptions['meta']> {
  const endpoint = context.models.endpoint('anthropic')
  return {
    claudeCode: {
      options: {
        allowDangerouslySkipPermissions: false,
        promptSuggestions: false,
        // Its process ends with the run's rest, and what it planned for later with it.
        disallowedTools: ['CronCreate', 'CronDelete', 'CronList', 'ScheduleWakeup'],
        settings: {
          disableAllHooks: true,
          ...(endpoint === undefined
            ? {}
            : { apiKeyHelper: '', env: { ANTHROPIC_BASE_URL: endpoint.baseUrl, ANTHROPIC_API_KEY: endpoint.token } }),
          permissions: {
            defaultMode: 'default',
            disableBypassPermissionsMode: 'disable',
            ask: ['Bash', 'Edit', 'Write', 'NotebookEdit', 'WebFetch', 'WebSearch', 'EnterWorktree', 'mcp__*'],
          },
        },
      },
    },
  }
}
