import { join } from 'node:path'
import { HarnessId, type ModelEffort, type ModelOffer } from '#shared/domain/harness.ts'
import { noCredentials } from '../credentials.ts'
import type { HarnessContext, HarnessDeclaration, HarnessEnv } from '../declaration.ts'
import { codexDialect, codexModelFailed } from '../dialects.ts'
import { createPackageProgram } from '../package-program.ts'
import { codexSession } from '../sessions/codex-session.ts'
import { isFilled, type Person } from '../sign-in.ts'
import type { ToolsFolder } from '../tools-folder.ts'

export const codexVersion = '2.6.0'

const name = 'Codex'
const efforts: ModelEffort[] = ['low', 'medium', 'high', 'max']
const models: readonly ModelOffer[] = [
  { id: 'gpt-6-astra', name: 'GPT-6 Astra', efforts },
  { id: 'gpt-6.1-sol', name: 'GPT-6.1 Sol', efforts },
  { id: 'gpt-6.1-terra', name: 'GPT-6.1 Terra', efforts },
  { id: 'gpt-6-sol', name: 'GPT-6 Sol', efforts },
  { id: 'gpt-6-luna', name: 'GPT-6 Luna', efforts },
  { id: 'gpt-5.5', name: 'GPT-5.5', efforts },
]
const provider = 'drover'
const tokenName = 'DROVER_MODEL_TOKEN'
const serversOwnWord =
  'Codex asks about a server’s tool only where the server says that it destroys something or reaches out.'

/** Its own sandbox takes user namespaces, which containers do not give. It would find that out with each command, by an error that names bubblewrap. */
const insideContainer = `You work in a container, which is the sandbox. The sandbox of Codex itself can't start in it: an exec_command with the usual sandbox_permissions fails with an error of bwrap and does nothing.
Therefore call every exec_command, also one that only reads, with "sandbox_permissions": "require_escalated" and a short justification. It is answered at once where the person's rules allow it.`

/** OpenAI's Codex, by the adapter that the protocol's makers keep; Codex itself comes with it. */
export function createCodex({ tools, person }: { tools: ToolsFolder; person: Person }): HarnessDeclaration {
  const program = createPackageProgram(tools, {
    name: '@agentclientprotocol/codex-acp',
    version: codexVersion,
    entry: 'dist/index.js',
  })
  const codexHome = person.variables['CODEX_HOME'] ?? join(person.home, '.codex')
  const signedIn = (): Promise<boolean> => isFilled(codexHome, 'auth.json')

  async function start(context: HarnessContext): Promise<HarnessEnv> {
    const endpoint = context.models.endpoint('openai')
    if (endpoint !== undefined) {
      const served = {
        model_provider: provider,
        model_providers: {
          [provider]: {
            name: 'Drover',
            base_url: endpoint.baseUrl,
            env_key: tokenName,
            wire_api: 'responses',
            // Else a refused key or a model that fell over shows only after more than a minute.
            request_max_retries: 1,
            stream_max_retries: 1,
          },
        },
      }
      return { ...configured(context, served), MODEL_PROVIDER: provider, [tokenName]: endpoint.token }
    }
    if (context.config.sandbox === 'direct' && (await signedIn())) {
      return { ...configured(context, {}), CODEX_HOME: codexHome }
    }
    throw noCredentials(name, { secrets: 'an OpenAI key', command: 'codex login' })
  }

  return {
    id: HarnessId.parse('codex'),
    name,
    letters: 'CX',
    version: codexVersion,
    sandboxes: ['direct', 'docker'],
    unavailable: () => undefined,
    installed: program.installed,
    prepare: async (context) => ({ ...(await program.prepare(context)), env: start }),
    takes: ['openai_key', 'model_endpoint'],
    signedIn,
    models: () => models,
    quirks: {
      hearsDenials: false,
      rulesApply: true,
      takesTools: true,
      dialect: codexDialect,
      modelFailed: codexModelFailed,
      sessions: codexSession,
      // What it does without asking can change nothing: its own sandbox sees to that, and where that can't start, as in containers, the command fails.
      firstMode: 'read-only',
      cannotAsk: {
        direct: [
          'Codex runs commands that only read without asking; its own sandbox keeps them from writing.',
          serversOwnWord,
        ],
        docker: [serversOwnWord],
      },
    },
  }
}

function configured({ config: { model, sandbox } }: HarnessContext, more: Record<string, unknown>): HarnessEnv {
  return {
    NO_BROWSER: '1',
    CODEX_CONFIG: JSON.stringify({
      ...(model === undefined ? {} : { model }),
      ...(sandbox === 'docker' ? { developer_instructions: insideContainer } : {}),
      // Else it tells of no plan.
      tools: { update_plan: { enabled: true } },
      features: {
        // Of a repository or a shop: nobody has said that they may run here.
        ...{ hooks: false, plugins: false, apps: false },
        // Else a command that was allowed once could be told to do anything.
        write_stdin_approval: true,
      },
      check_for_update_on_startup: false,
      analytics: { enabled: false },
      shell_environment_policy: { exclude: ['DROVER_*'] },
      ...more,
    }),
  }
}
