import { expect, test } from 'vitest'
import { SessionAnswer, type ConfigOption } from '../harness/acp-shapes.ts'
import { chooseModel, offeredModels } from './choose-model.ts'

const model = (currentValue: string): ConfigOption => ({
  id: 'm',
  category: 'model',
  currentValue,
  options: [
    { value: 'small', name: 'Small' },
    { group: 'large', name: 'Large', options: [{ value: 'big', name: 'Big' }] },
  ],
})
const thinking = (...values: string[]): ConfigOption => ({
  id: 'effort',
  category: 'thought_level',
  currentValue: values[0],
  options: values.map((value) => ({ value, name: value })),
})

/** A session that has these, and what was asked of it. */
function sessionOf(answer: unknown, afterModel?: ConfigOption[]) {
  const asked: string[] = []
  const told: string[] = []
  const session = {
    answer: SessionAnswer.parse(answer),
    setConfigOption: async (id: string, value: string) => {
      if (value === 'gone') throw new Error('no such model')
      asked.push(`${id}=${value}`)
      return afterModel
    },
    setModel: async (id: string) => {
      asked.push(`set_model ${id}`)
    },
  }
  const deps = { name: 'Agent', transcript: { notice: (_tone: string, text: string) => void told.push(text) } }
  return { asked, told, choose: (config: Parameters<typeof chooseModel>[1]) => chooseModel(session, config, deps) }
}

test('a model is set by its category, and the effort among those of that model', async () => {
  const one = sessionOf({ configOptions: [model('small')] }, [model('big'), thinking('low', 'high', 'xhigh')])
  await one.choose({ model: 'big', effort: 'max' })
  expect(one).toMatchObject({ asked: ['m=big', 'effort=xhigh'], told: [] })
})

test('the nearest effort is taken where the model has not the one that is wanted', async () => {
  const one = sessionOf({ configOptions: [thinking('low', 'medium', 'high')] })
  await one.choose({ effort: 'minimal' })
  await one.choose({ effort: 'max' })
  // The one that it has already is not set.
  expect(one).toMatchObject({ asked: ['effort=high'], told: [] })
})

test('an older agent is asked by the older request', async () => {
  const one = sessionOf({ models: { currentModelId: 'a', availableModels: [{ modelId: 'b', name: 'B' }] } })
  await one.choose({ model: 'b' })
  await one.choose({ model: 'a' })
  expect(one.asked).toEqual(['set_model b'])
})

test('what can’t be chosen is said, and nothing else happens', async () => {
  const none = sessionOf({})
  await none.choose({ model: 'big', effort: 'low' })
  const lacking = sessionOf({ configOptions: [model('small')] })
  await lacking.choose({ model: 'gone' })
  expect([...none.told, ...lacking.told]).toEqual([
    'Agent does not let its model be chosen; it uses its own.',
    'Agent does not let it be chosen how hard this model thinks.',
    'Agent does not have the model gone; it uses its own.',
  ])
  expect([...none.asked, ...lacking.asked]).toEqual([])
})

test('what a session tells of its models is an offer, with the efforts of the present one', () => {
  const answer = SessionAnswer.parse({ configOptions: [model('big'), thinking('default', 'low', 'ultra')] })
  expect(offeredModels(answer)).toEqual([
    { id: 'small', name: 'Small' },
    { id: 'big', name: 'Big', efforts: ['low', 'max'] },
  ])
  expect(offeredModels(SessionAnswer.parse({}))).toEqual([])
})
