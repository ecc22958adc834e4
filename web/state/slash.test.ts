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
