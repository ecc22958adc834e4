import { describe, expect, test } from 'vitest'
import { outlineOf, planFacts } from './facts.ts'
import { parsePlan } from './markdown.ts'

const plan = parsePlan(`# Extract billing

Checkout keeps a copy. [ledger](drover:path/src/ledger.ts)

## Phase 1

- [x] Move models
- [ ] Forbid imports
  - [x] deep ones

### Rules

1. One
   - [ ] nested in another list

## Phase 2

Nothing yet.
`)

describe('the facts of a plan', () => {
  test('are its title, what follows, its words and its steps', () => {
    expect(planFacts(plan)).toEqual({
      title: 'Extract billing',
      excerpt:
        'Checkout keeps a copy. ledger Phase 1 Move models Forbid imports deep ones Rules One nested in another list Phase 2 Nothing yet.',
      words: 25,
      steps: { done: 2, total: 4 },
    })
  })

  test('take the first words where there is no heading, and go on behind them', () => {
    const long = 'word '.repeat(60).trim()
    const { title, excerpt } = planFacts(parsePlan(long))
    expect(title).toHaveLength(200)
    expect(`${title.slice(0, -1)}${excerpt}`.replaceAll(' ', '')).toBe(long.replaceAll(' ', ''))
  })

  test('are nothing of nothing', () => {
    expect(planFacts(parsePlan(''))).toEqual({ title: '', excerpt: '', words: 0, steps: { done: 0, total: 0 } })
  })

  test('never cut a character in two, and stay within the bounds of a row', () => {
    const { title, excerpt } = planFacts(parsePlan(`# ${'🙂'.repeat(300)}\n\n${'🙃'.repeat(900)}`))
    expect([title.length <= 200, excerpt.length <= 300]).toEqual([true, true])
    expect([title.isWellFormed(), excerpt.isWellFormed()]).toEqual([true, true])
    expect(title).not.toContain('\uFFFD')
  })
})

describe('the outline', () => {
  test('has each heading with the steps of its section and those below', () => {
    expect(outlineOf(plan).map(({ text, level, steps }) => [level, text, `${steps.done}/${steps.total}`])).toEqual([
      [1, 'Extract billing', '2/4'],
      [2, 'Phase 1', '2/4'],
      [3, 'Rules', '0/1'],
      [2, 'Phase 2', '0/0'],
    ])
  })
})
