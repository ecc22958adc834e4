import type { ModelEffort, ModelOffer } from '#shared/domain/harness.ts'
import type { RunConfig } from '#shared/domain/run.ts'
import type { AcpSession } from '../harness/acp-session.ts'
import type { ConfigOption, SessionAnswer } from '../harness/acp-shapes.ts'
import { objectOf } from '../harness/tool-content.ts'
import { messageOf } from '../log.ts'
import { cut, type Transcript } from './transcript.ts'

interface Choice {
  value: string
  name: string
}

/**
 * Sets what the run asks for: a configuration option of category `model`, then one of category `thought_level`, whose values may depend on
 * the model. What can't be set is said in the transcript, and the run goes on with what the harness has.
 */
export async function chooseModel(
  session: Pick<AcpSession, 'answer' | 'setConfigOption' | 'setModel'>,
  { model, effort }: Pick<RunConfig, 'model' | 'effort'>,
  {
    transcript,
    name,
    again = false,
  }: {
    transcript: Pick<Transcript, 'notice'>
    name: string
    /** Of a session that has gone on since it told what it has: it is set whatever it had then. */
    again?: boolean
  },
): Promise<void> {
  let options: readonly ConfigOption[] = session.answer.configOptions ?? []
  if (model !== undefined) options = (await setModel(model)) ?? options
  if (effort !== undefined) await setEffort(effort)

  async function setModel(wanted: string): Promise<readonly ConfigOption[] | undefined> {
    const option = modelOption(options)
    const old = session.answer.models
    if (option === undefined && old == null) {
      transcript.notice('warning', `${name} does not let its model be chosen; it uses its own.`)
      return undefined
    }
    if (!again && (option?.currentValue ?? old?.currentModelId) === wanted) return undefined
    try {
      if (option !== undefined) return await session.setConfigOption(option.id, wanted)
      await session.setModel(wanted)
    } catch (error) {
      transcript.notice(
        'warning',
        `${name} does not have the model ${wanted}; it uses its own.`,
        [messageOf(error), ...offeredModels(session.answer).map(({ id }) => id)].slice(0, 50).join('\n'),
      )
    }
    return undefined
  }

  async function setEffort(wanted: ModelEffort): Promise<void> {
    const option = effortOption(options)
    const value = option === undefined ? undefined : nearestEffort(wanted, choicesOf(option))
    if (option === undefined || value === undefined) {
      transcript.notice('warning', `${name} does not let it be chosen how hard this model thinks.`)
      return
    }
    if (!again && option.currentValue === value) return
    try {
      await session.setConfigOption(option.id, value)
    } catch (error) {
      transcript.notice('warning', `${name} does not think “${value}” with this model.`, messageOf(error))
    }
  }
}

export type ChosenModel = Pick<RunConfig, 'model' | 'effort'>

export const isSameModel = (one: ChosenModel, other: ChosenModel): boolean =>
  one.model === other.model && one.effort === other.effort

/** Whether it can get another model while it goes on; else it takes its model when it starts. */
export function takesModels({ configOptions, models }: SessionAnswer): boolean {
  return modelOption(configOptions ?? []) !== undefined || models != null
}

/** The models that a session tells of. How hard they think is told of the present one alone. */
export function offeredModels(answer: SessionAnswer): ModelOffer[] {
  const option = modelOption(answer.configOptions ?? [])
  const thinking = effortOption(answer.configOptions ?? [])
  const efforts = thinking === undefined ? [] : effortsOf(choicesOf(thinking))
  const current = option?.currentValue ?? answer.models?.currentModelId
  const choices =
    option === undefined
      ? (answer.models?.availableModels ?? []).map(({ modelId, name }) => ({ value: modelId, name }))
      : choicesOf(option)
  return choices
    .filter(({ value }) => value.length > 0 && value.length <= 200)
    .slice(0, 200)
    .map(({ value, name }) => ({
      id: value,
      name: cut(name === '' ? value : name, 120),
      ...(value === current && efforts.length > 0 ? { efforts } : {}),
    }))
}

function modelOption(options: readonly ConfigOption[]): ConfigOption | undefined {
  return options.find(({ category }) => category === 'model') ?? options.find(({ id }) => id === 'model')
}

function effortOption(options: readonly ConfigOption[]): ConfigOption | undefined {
  return options.find(({ category }) => category === 'thought_level')
}

/** The values of an option, also those in groups. */
function choicesOf(option: ConfigOption): Choice[] {
  return (option.options ?? []).flatMap((one): Choice[] => {
    const fields = objectOf(one)
    const group = fields?.['options']
    if (Array.isArray(group)) return choicesOf({ ...option, options: group })
    const value = fields?.['value']
    const name = fields?.['name']
    return typeof value === 'string' ? [{ value, name: typeof name === 'string' ? name : value }] : []
  })
}

/** By what harnesses call them, from the least to the most. */
const effortValues: readonly (readonly [ModelEffort, readonly string[]])[] = [
  ['minimal', ['minimal', 'none', 'off']],
  ['low', ['low']],
  ['medium', ['medium']],
  ['high', ['high']],
  ['max', ['max', 'ultra', 'xhigh']],
]

function effortsOf(choices: readonly Choice[]): ModelEffort[] {
  return effortValues
    .filter(([, values]) => choices.some(({ value }) => values.includes(value.toLowerCase())))
    .map(([effort]) => effort)
}

/** The value for it, or for the nearest one that there is, rather less than more. */
function nearestEffort(wanted: ModelEffort, choices: readonly Choice[]): string | undefined {
  const at = effortValues.findIndex(([effort]) => effort === wanted)
  const order = [at, ...effortValues.keys()].toSorted((one, other) => Math.abs(one - at) - Math.abs(other - at))
  for (const place of order) {
    const values = effortValues[place]?.[1] ?? []
    const found = values
      .map((value) => choices.find((choice) => choice.value.toLowerCase() === value))
      .find((choice) => choice !== undefined)
    if (found !== undefined) return found.value
  }
  return undefined
}
