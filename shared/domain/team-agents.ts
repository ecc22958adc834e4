import { z } from 'zod'
import { HarnessId } from './harness.ts'

const ModelId = z.string().min(1).max(200)
export const allowedModelsLimit = 100

/** What a team has settled of one agent. */
export const HarnessRule = z.object({
  harness: HarnessId,
  /** It is not to be used: nothing new is started with it, and what runs ends its turn. */
  off: z.boolean().optional(),
  /** Absent: every model that it has. */
  models: z.array(ModelId).min(1).max(allowedModelsLimit).optional(),
  /** Taken where a run names none. */
  defaultModel: ModelId.optional(),
})
export type HarnessRule = z.infer<typeof HarnessRule>

export const harnessRulesLimit = 50

/** The part of the team's row about its agents. */
export const teamAgents = {
  harnessRules: z.array(HarnessRule).max(harnessRulesLimit).optional(),
  defaultHarness: HarnessId.optional(),
}
type TeamAgents = {
  readonly harnessRules?: readonly HarnessRule[] | undefined
  readonly defaultHarness?: HarnessId | undefined
}

export function ruleOf(team: TeamAgents | undefined, harness: string): HarnessRule | undefined {
  return team?.harnessRules?.find((rule) => rule.harness === harness)
}

export const isSwitchedOff = (team: TeamAgents | undefined, harness: string): boolean =>
  ruleOf(team, harness)?.off === true

export const switchedOffWords = (harness: string): string =>
  `${harness} is switched off for this team; an admin can switch it on`

/** Why a run with this agent and model is not to be started, as a sentence; `undefined`: nothing is against it. */
export function objectionTo(
  team: TeamAgents | undefined,
  { harness, model }: { readonly harness: string; readonly model?: string | undefined },
): string | undefined {
  const rule = ruleOf(team, harness)
  if (rule?.off === true) return switchedOffWords(harness)
  if (rule?.models === undefined || model === undefined || rule.models.includes(model)) return undefined
  return `${harness} may not use ${model} in this team; allowed: ${rule.models.join(', ').slice(0, 300)}`
}

/** The model of a run that names none: the team's, or the only ones that are allowed. */
export function modelFor(
  team: TeamAgents | undefined,
  { harness, model }: { readonly harness: string; readonly model?: string | undefined },
): string | undefined {
  const rule = ruleOf(team, harness)
  if (model !== undefined || rule === undefined) return model
  const { defaultModel, models } = rule
  if (defaultModel !== undefined && (models === undefined || models.includes(defaultModel))) return defaultModel
  return models?.[0]
}
