import type { ModelEffort } from '#shared/domain/harness.ts'
import { err, ok, type Result } from '#shared/result.ts'
import { modelApis, type ModelApi, type ModelEndpoint, type OwnModel, type RunModels } from '../../models/endpoints.ts'
import { bedrockId, onBedrock } from './bedrock-ids.ts'
import { autoChoices, catalogue, isAutoChoice, type KnownModel, type Price } from './catalogue.ts'

/** A model that can be called now. */
export interface ModelChoice {
  /** As people name it: `anthropic/…`, `openai/…`, `google/…`, `bedrock/…`, `endpoint/<name>/<model>`. */
  readonly id: string
  readonly name: string
  readonly endpoint: ModelEndpoint
  /** As its server takes it. */
  readonly wireId: string
  /** Tokens of its context; of one that is not known, what most have. */
  readonly context: number
  readonly output: number | undefined
  readonly price: Price | undefined
  /** `undefined`: not known. */
  readonly efforts: readonly ModelEffort[] | undefined
}

/** The models to call, the first before the others. */
export type Chain = readonly [ModelChoice, ...ModelChoice[]]

export interface NoModel {
  /** `auth`: credentials are missing; `request`: there is no such model. */
  readonly kind: 'auth' | 'request'
  readonly text: string
}

const unknownContext = 128_000
/** Others that are tried when a model is not to be had. */
const mostFallbacks = 3

export const nothingConfigured =
  'No model is configured for this run. Add a secret with an Anthropic, OpenAI, Google or Amazon Bedrock key, or a model endpoint such as Ollama, and let the run use it.'

/** Every way to models that this run has. */
export function waysOf(models: RunModels): readonly ModelEndpoint[] {
  return models.all?.() ?? modelApis.flatMap((api) => models.endpoint(api) ?? [])
}

/**
 * The models to call for a choice, the first before the others: what is chosen, then what is comparable among what is configured. A
 * model on a server of one's own is never replaced by a provider's, since its text may not be meant to leave. `modelsOf` asks a server
 * of one's own what it has. @returns an error that says in words what is missing.
 */
export async function chooseModels(
  choice: string,
  ways: readonly ModelEndpoint[],
  modelsOf: (endpoint: ModelEndpoint) => Promise<readonly OwnModel[]>,
): Promise<Result<Chain, NoModel>> {
  if (ways.length === 0) return missing(nothingConfigured)
  if (isAutoChoice(choice)) {
    const found = choice === 'auto-open' ? [] : knownFor(autoChoices[choice].classes, ways)
    const all = found.length > 0 ? found : await ownModels(ways, modelsOf)
    const [first, ...others] = all
    if (first !== undefined) return ok([first, ...others.slice(0, mostFallbacks)])
    return missing(
      choice === 'auto-open'
        ? 'No model with open weights is configured: auto-open takes the models of model endpoints, such as Ollama.'
        : 'The configured model endpoint tells no models. Name them in its secret, as “models”.',
    )
  }
  const [provider = '', ...rest] = choice.split('/')
  if (provider === 'endpoint') return chooseOwn(rest, ways, modelsOf)
  const api = modelApis.find((one) => one === provider) ?? guessApi(choice)
  if (api === undefined)
    return noSuch(`“${choice}” is no model: it starts with anthropic/, openai/, google/, bedrock/ or endpoint/.`)
  const wireId = choice.startsWith(`${api}/`) ? choice.slice(api.length + 1) : choice
  const endpoint = ways.find((one) => one.api === api && one.own === undefined) ?? ways.find((one) => one.api === api)
  if (endpoint === undefined)
    return missing(
      `No key for ${apiNames[api]} is configured, which ${choice} needs. Add one to the secrets of this run.`,
    )
  const known = api === 'bedrock' ? onBedrock(wireId) : catalogue.find((one) => one.api === api && one.id === wireId)
  const first =
    known === undefined ? unknownModel(`${api}/${wireId}`, wireId, endpoint) : knownModel(known, endpoint, wireId)
  const others = known === undefined ? [] : knownFor([known.class], ways).filter(({ id }) => id !== first.id)
  return ok([first, ...others.slice(0, mostFallbacks)])
}

function missing(text: string): Result<never, NoModel> {
  return err({ kind: 'auth', text })
}

function noSuch(text: string): Result<never, NoModel> {
  return err({ kind: 'request', text })
}

export const apiNames: Readonly<Record<ModelApi, string>> = {
  anthropic: 'Anthropic',
  openai: 'OpenAI',
  google: 'Google',
  bedrock: 'Amazon Bedrock',
}

/** Who is called, in words. */
export function serverName({ endpoint }: Pick<ModelChoice, 'endpoint'>): string {
  return endpoint.own?.name ?? apiNames[endpoint.api]
}

/** The catalogue's models of these classes, as far as there are credentials. */
export function knownFor(classes: readonly string[], ways: readonly ModelEndpoint[]): ModelChoice[] {
  return classes.flatMap((wanted) =>
    catalogue.flatMap((model) => {
      if (model.class !== wanted) return []
      const endpoint = ways.find((one) => one.api === model.api && one.own === undefined)
      if (endpoint !== undefined) return [knownModel(model, endpoint, model.id)]
      const bedrock = ways.find((one) => one.api === 'bedrock')
      const id = bedrock === undefined ? undefined : bedrockId(model, bedrock.region)
      return bedrock === undefined || id === undefined ? [] : [knownModel(model, bedrock, id)]
    }),
  )
}

async function chooseOwn(
  [name = '', ...model]: readonly string[],
  ways: readonly ModelEndpoint[],
  modelsOf: (endpoint: ModelEndpoint) => Promise<readonly OwnModel[]>,
): Promise<Result<Chain, NoModel>> {
  const own = ways.filter((one) => one.own !== undefined)
  const endpoint = own.find((one) => one.own?.name.toLowerCase() === name.toLowerCase())
  if (endpoint === undefined) {
    const names = own.map((one) => one.own?.name).join(', ')
    return noSuch(`There is no model endpoint ${name}${names === '' ? '' : `; there are: ${names}`}.`)
  }
  const offered = await modelsOf(endpoint)
  const wireId = model.length > 0 ? model.join('/') : offered[0]?.id
  if (wireId === undefined)
    return missing(`The model endpoint ${name} tells no models. Name them in its secret, as “models”.`)
  return ok([ownModel(endpoint, offered.find(({ id }) => id === wireId) ?? { id: wireId })])
}

async function ownModels(
  ways: readonly ModelEndpoint[],
  modelsOf: (endpoint: ModelEndpoint) => Promise<readonly OwnModel[]>,
): Promise<ModelChoice[]> {
  const lists = ways
    .filter((one) => one.own !== undefined)
    .map(async (endpoint) => (await modelsOf(endpoint)).map((model) => ownModel(endpoint, model)))
  return (await Promise.all(lists)).flat()
}

export function ownModel(endpoint: ModelEndpoint, model: OwnModel): ModelChoice {
  const id = `endpoint/${endpoint.own?.name ?? endpoint.api}/${model.id}`
  return { ...unknownModel(id, model.id, endpoint), context: model.context ?? unknownContext }
}

function unknownModel(id: string, wireId: string, endpoint: ModelEndpoint): ModelChoice {
  return {
    id,
    name: wireId,
    endpoint,
    wireId,
    context: unknownContext,
    output: undefined,
    price: undefined,
    efforts: undefined,
  }
}

/** On Bedrock prices are those of a region, which the catalogue does not know. */
function knownModel(model: KnownModel, endpoint: ModelEndpoint, wireId: string): ModelChoice {
  const { name, context, output, efforts } = model
  const price = endpoint.api === 'bedrock' ? undefined : model.price
  return { id: `${endpoint.api}/${wireId}`, name, endpoint, wireId, context, output, price, efforts }
}

function guessApi(id: string): ModelApi | undefined {
  if (/^claude/i.test(id)) return 'anthropic'
  if (/^(?:gpt|o\d)/i.test(id)) return 'openai'
  return /^gemini/i.test(id) ? 'google' : undefined
}
