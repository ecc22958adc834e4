import type { SessionConfigOption } from '@agentclientprotocol/sdk'
import type { ModelEffort } from '#shared/domain/harness.ts'
import type { ModelEndpoint, OwnModel } from '../../models/endpoints.ts'
import { autoChoices } from './catalogue.ts'
import { chooseModels, knownFor, ownModel } from './choose.ts'

/** Ids of the session's options in the Agent Client Protocol. */
export const modelOption = 'model'
export const effortOption = 'effort'

const efforts: readonly ModelEffort[] = ['minimal', 'low', 'medium', 'high', 'max']
const effortNames: Readonly<Record<ModelEffort, string>> = {
  minimal: 'Minimal',
  low: 'Low',
  medium: 'Medium',
  high: 'High',
  max: 'Highest',
}

/** What can be chosen: the models that there are credentials for, and how hard they think. */
export async function configOptions({
  model,
  effort,
  ways,
  modelsOf,
}: {
  model: string
  effort: ModelEffort | undefined
  ways: readonly ModelEndpoint[]
  modelsOf: (endpoint: ModelEndpoint) => Promise<readonly OwnModel[]>
}): Promise<SessionConfigOption[]> {
  const own = await Promise.all(
    ways
      .filter((one) => one.own !== undefined)
      .map(async (one) => (await modelsOf(one)).map((each) => ownModel(one, each))),
  )
  const offered = [
    ...Object.entries(autoChoices).map(([value, { name }]) => ({ value, name })),
    ...[...knownFor(['genius', 'responsive', 'efficient'], ways), ...own.flat()].map(({ id, name }) => ({
      value: id,
      name,
    })),
  ]
  // Any other model that a provider has can be named as well.
  if (!offered.some(({ value }) => value === model)) offered.push({ value: model, name: model })
  const chain = await chooseModels(model, ways, modelsOf)
  const levels = chain.ok ? (chain.value[0].efforts ?? efforts) : efforts
  return [
    { id: modelOption, name: 'Model', category: 'model', type: 'select', currentValue: model, options: offered },
    {
      id: effortOption,
      name: 'Effort',
      category: 'thought_level',
      type: 'select',
      currentValue: effort ?? 'default',
      options: [
        { value: 'default', name: 'As the model does' },
        ...levels.map((level) => ({ value: level, name: effortNames[level] })),
      ],
    },
  ]
}
