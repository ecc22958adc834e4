import type { HarnessOffer, ModelOffer, SandboxKind } from '#shared/domain/harness.ts'
import { ruleOf } from '#shared/domain/team-agents.ts'
import type { Team } from '#shared/domain/team.ts'
import type { Choice } from '../../ui/select.tsx'
import { newRunWords } from '../../words/new-run.ts'

/** Stands for no model of its own, and for one that is typed: a select knows no empty value. */
export const ownModel = '*own'
export const otherModel = '*other'
/** With more models than this a list is searched. */
export const listedModels = 8

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
