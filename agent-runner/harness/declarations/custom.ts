import type { ModelApi } from '../../models/endpoints.ts'
import { HarnessError } from '../acp-session.ts'
import type { CustomAgent } from '../custom-agents.ts'
import type { HarnessContext, HarnessDeclaration, HarnessEnv } from '../declaration.ts'

/** Any agent by its command. */
export function createCustom(agent: CustomAgent): HarnessDeclaration {
  const { id, name, command, sandboxes, takes, firstMode } = agent
  const sentence = [`Drover can’t tell what ${name} does without asking.`]
  return {
    id,
    name,
    letters: agent.letters ?? [...name].slice(0, 2).join('').toUpperCase(),
    version: undefined,
    sandboxes,
    unavailable: () => undefined,
    installed: async () => true,
    prepare: async () => ({ tools: [], argv: () => command, env: (context) => envOf(agent, context) }),
    ...(takes === undefined ? {} : { takes }),
    quirks: {
      hearsDenials: false,
      rulesApply: true,
      takesTools: true,
      ...(firstMode === undefined ? {} : { firstMode }),
      cannotAsk: { direct: sentence, docker: sentence },
    },
  }
}

const apis: readonly ModelApi[] = ['anthropic', 'openai', 'google']

/** A variable that names an endpoint which the run does not have is left out; an agent that needs one of them is not started without. */
function envOf({ name, env, takes = [] }: CustomAgent, { models, config, home }: HarnessContext): HarnessEnv {
  const known = new Map<string, string | undefined>([
    ['model', config.model],
    ['home', home],
  ])
  for (const api of apis) {
    const endpoint = models.endpoint(api)
    known.set(`${api}.url`, endpoint?.baseUrl)
    known.set(`${api}.key`, endpoint?.token)
  }
  if (takes.length > 0 && apis.every((api) => models.endpoint(api) === undefined)) {
    throw new HarnessError(
      'authentication_required',
      `${name} has no credentials for this run. Add one of these to the run’s secrets: ${takes.join(', ')}.`,
    )
  }
  return Object.fromEntries(
    Object.entries(env).flatMap(([key, text]): [string, string][] => {
      let lacking = false
      const value = text.replace(placeholder, (whole, word: string) => {
        if (!known.has(word)) return whole
        const found = known.get(word)
        lacking ||= found === undefined
        return found ?? ''
      })
      return lacking ? [] : [[key, value]]
    }),
  )
}

const placeholder = /\{([a-z]+(?:\.[a-z]+)?)\}/g
