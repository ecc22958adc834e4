import type { HarnessOffer, ModelEffort, ModelOffer, SandboxKind } from '#shared/domain/harness.ts'
import { ruleOf } from '#shared/domain/team-agents.ts'
import type { Runner, Team } from '#shared/domain/team.ts'

type Where = { readonly harness: string; readonly host: string; readonly sandbox: SandboxKind }

/** What machines that could take the run say of its agent. */
export function offersFor(runners: readonly Runner[], { harness, host, sandbox }: Where): readonly HarnessOffer[] {
  return runners
    .filter((runner) => (host === '' || runner.hostName === host) && runner.sandboxes.includes(sandbox))
    .flatMap((runner) => runner.harnesses)
    .filter((offer) => offer.id === harness && offer.unavailable === undefined && offer.sandboxes.includes(sandbox))
}

/** The models that can be chosen, each once, as far as the team allows them; those that no machine names go by their id. */
export function modelsFor(
  offers: readonly HarnessOffer[],
  team: Team | undefined,
  harness: string,
): readonly ModelOffer[] {
  const offered = new Map<string, ModelOffer>()
  for (const offer of offers)
    for (const model of offer.models ?? []) if (!offered.has(model.id)) offered.set(model.id, model)
  const allowed = ruleOf(team, harness)?.models
  return allowed === undefined ? [...offered.values()] : allowed.map((id) => offered.get(id) ?? { id, name: id })
}

/** How hard the chosen model can think, where that can be said. */
export function effortsOf(
  models: readonly ModelOffer[],
  team: Team | undefined,
  harness: string,
  chosen: string,
): readonly ModelEffort[] {
  const rule = ruleOf(team, harness)
  const id = chosen === '' ? (rule?.defaultModel ?? rule?.models?.[0]) : chosen
  return models.find((model) => model.id === id)?.efforts ?? []
}
