import { expect, test, vi } from 'vitest'
import { findSlash, type SlashActs } from './slash.ts'

const acts = (change: Partial<SlashActs> = {}): SlashActs => ({
  canPlan: () => true,
  canQueue: () => false,
  profiles: () => [
    { id: '1', name: 'Careful' },
    { id: '2', name: 'Free' },
  ],
  onProfile: () => undefined,
  onExport: () => undefined,
  onCost: undefined,
  commands: () => [
    { name: 'plan', description: 'Their plan' },
    { name: 'compact', description: 'Make room', hint: 'what to keep' },
    { name: 'mcp:compare', description: '' },
  ],
  agent: () => 'OpenCode',
  ...change,
})
const titles = (query: string, change?: Partial<SlashActs>): string[] =>
  findSlash(acts(change), query).map(({ title }) => title)

test('what can be done here is offered, ours before the agent’s, and nothing twice', () => {
  expect(titles('')).toEqual(['/plan', '/profile', '/export', '/export json', '/compact', '/mcp:compare'])
  expect(titles('', { canPlan: () => false, canQueue: () => true })).toContain('/queue')
  expect(titles('', { canPlan: () => false })).toContain('/plan')
  expect(findSlash(acts({ canPlan: () => false }), 'plan')).toMatchObject([{ group: 'OpenCode', hint: 'Their plan' }])
})

test('letters filter: what begins so comes before what holds it; words after a command are its message', () => {
  expect(titles('comp')).toEqual(['/compact', '/mcp:compare'])
  expect(titles('plan extract')).toEqual([])
  expect(titles('nothing')).toEqual([])
})

test('a profile is chosen by its name', () => {
  const onProfile = vi.fn<(id: string, name: string) => void>()
  const [found] = findSlash(acts({ onProfile }), 'profile fr')
  found?.act?.()
  expect(found).toMatchObject({ title: '/profile Free', text: '' })
  expect(onProfile).toHaveBeenCalledWith('2', 'Free')
})

test('a model and an effort are chosen from what there is, and only where there is any', () => {
  const onModel = vi.fn<(id: string, name: string) => void>()
  const onEffort = vi.fn<(id: string, name: string) => void>()
  const change: Partial<SlashActs> = {
    models: () => [
      { id: 'gpt-5', name: 'GPT-5', isNow: true },
      { id: 'gpt-5-mini', name: 'GPT-5 mini', isNow: false },
    ],
    onModel,
    efforts: () => [{ id: 'high', name: 'high', isNow: false }],
    onEffort,
  }
  expect(titles('mod', change)).toEqual(['/model'])
  expect(findSlash(acts(change), 'model ')).toMatchObject([{ hint: 'as it is now' }, { hint: '' }])
  findSlash(acts(change), 'model gpt-5 m')[0]?.act?.()
  findSlash(acts(change), 'effort h')[0]?.act?.()
  expect([onModel.mock.calls, onEffort.mock.calls]).toEqual([[['gpt-5-mini', 'GPT-5 mini']], [['high', 'high']]])
  expect(titles('m', { ...change, models: () => [] })).not.toContain('/model')
  expect(titles('effort ', { ...change, onEffort: undefined })).toEqual([])
})
