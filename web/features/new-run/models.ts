import type { HarnessOffer, ModelEffort, ModelOffer, SandboxKind } from '#shared/domain/harness.ts'
import { ruleOf } from '#shared/domain/team-agents.ts'
import type { Runner, Team } from '#shared/domain/team.ts'
import type { Choice } from '../../ui/select.tsx'
import { newRunWords } from '../../words/new-run.ts'

/** Stands for no model of its own, and for one that is typed: a select knows no empty value. */
export const ownModel = '*own'
export const otherModel = '*other'
/** With more models than this a list is searched. */
export const listedModels = 8

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

/** As a list: first what is taken by itself, last one that is typed, where the team allows any. */
export function modelChoices(
  models: readonly ModelOffer[],
  team: Team | undefined,
  harness: string,
  chosen: string,
): readonly Choice[] {
  const rule = ruleOf(team, harness)
  const first = rule?.defaultModel ?? rule?.models?.[0]
  const own = first === undefined ? undefined : (models.find(({ id }) => id === first)?.name ?? first)
  const hint = own === undefined ? newRunWords.model.ownHint : newRunWords.model.teamHint(own)
  const named = models.map(({ id, name }) => ({ value: id, label: name, ...(id === name ? {} : { hint: id }) }))
  const isTyped = chosen !== '' && !models.some(({ id }) => id === chosen)
  return [
    { value: ownModel, label: newRunWords.model.own, hint },
    ...named,
    ...(rule?.models === undefined || isTyped
      ? [{ value: otherModel, label: newRunWords.model.other, hint: newRunWords.model.otherHint }]
      : []),
  ]
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

/** The credentials of which the run would need one and has none: neither the team's secrets nor a machine's own sign-in gives it. */
export function missingCredential(
  offers: readonly HarnessOffer[],
  sandbox: SandboxKind,
  kinds: ReadonlySet<string>,
): readonly NonNullable<HarnessOffer['takes']>[number][] {
  if (offers.length === 0) return []
  const lacks = offers.every(
    ({ takes = [], signedIn = [] }) =>
      takes.length > 0 && !signedIn.includes(sandbox) && !takes.some((kind) => kinds.has(kind)),
  )
  return lacks ? [...new Set(offers.flatMap(({ takes = [] }) => takes))] : []
}
