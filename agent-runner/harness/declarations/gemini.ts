import { fileURLToPath } from 'node:url'
import { HarnessId, type ModelOffer } from '#shared/domain/harness.ts'
import { noCredentials } from '../credentials.ts'
import type { HarnessContext, HarnessDeclaration, HarnessEnv } from '../declaration.ts'
import { geminiDialect } from '../dialects.ts'
import { ownFile } from '../../sandbox/own-files.ts'
import { createPackageProgram } from '../package-program.ts'
import { geminiSession } from '../sessions/gemini-session.ts'
import { isFilled, type Person } from '../sign-in.ts'
import type { ToolsFolder } from '../tools-folder.ts'

export const geminiVersion = '0.61.0'

const name = 'Gemini CLI'
/** Stand above the settings of a repository, which could else allow what is to be asked, run hooks and start servers. */
const settings = fileURLToPath(new URL('./gemini-settings.json', import.meta.url))
const models: readonly ModelOffer[] = [
  { id: 'auto', name: 'Auto' },
  { id: 'gemini-2.5-pro', name: 'Gemini 2.5 Pro' },
  { id: 'gemini-2.5-flash', name: 'Gemini 2.5 Flash' },
  { id: 'gemini-2.5-flash-lite', name: 'Gemini 2.5 Flash Lite' },
]

/** Google's Gemini CLI, which speaks the protocol itself. */
export function createGemini({ tools, person }: { tools: ToolsFolder; person: Person }): HarnessDeclaration {
  const program = createPackageProgram(tools, {
    name: '@google/gemini-cli',
    version: geminiVersion,
    entry: 'bundle/gemini.js',
    args: ['--acp'],
    starter: [ownFile('gemini-start.ts'), settings],
  })
  const home = person.variables['GEMINI_CLI_HOME'] ?? person.home
  const signedIn = (): Promise<boolean> => isFilled(home, '.gemini/oauth_creds.json')

  async function credentials(context: HarnessContext): Promise<HarnessEnv> {
    const endpoint = context.models.endpoint('google')
    if (endpoint !== undefined) return { GOOGLE_GEMINI_BASE_URL: endpoint.baseUrl, GEMINI_API_KEY: endpoint.token }
    if (context.config.sandbox === 'direct' && (await signedIn())) return { GEMINI_CLI_HOME: home }
    throw noCredentials(name, { secrets: 'a Google key', command: 'gemini' })
  }

  return {
    id: HarnessId.parse('gemini'),
    name,
    letters: 'GM',
    version: geminiVersion,
    sandboxes: ['direct', 'docker'],
    unavailable: () => undefined,
    installed: program.installed,
    prepare: async (context) => {
      const got = await program.prepare(context)
      return {
        ...got,
        env: async (start) => ({
          GEMINI_CLI_SYSTEM_SETTINGS_PATH: start.inside(settings),
          // Else it starts itself again as a child, which outlives it.
          GEMINI_CLI_NO_RELAUNCH: 'true',
          // Else it uses no tools of servers.
          GEMINI_CLI_TRUST_WORKSPACE: 'true',
          ...(start.config.model === undefined ? {} : { GEMINI_MODEL: start.config.model }),
          ...(await credentials(start)),
        }),
        // Who is signed in has chosen it already, and it would be written into their settings.
        session: (start) => (start.models.endpoint('google') === undefined ? {} : { authMethod: 'gemini-api-key' }),
      }
    },
    takes: ['google_key', 'model_endpoint'],
    signedIn,
    models: () => models,
    quirks: {
      hearsDenials: false,
      rulesApply: true,
      takesTools: true,
      firstMode: 'default',
      dialect: geminiDialect,
      sessions: geminiSession,
    },
  }
}
