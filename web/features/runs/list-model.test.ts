import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HarnessId } from '#shared/domain/harness.ts'
import { runStates, type Run } from '#shared/domain/run.ts'
import { PermissionId, RunId, TeamId, UserId, uuidv7 } from '#shared/ids.ts'
import { createRunFinder } from '../../state/find.ts'
import { countRuns, inOrder, isUnder, listEntries, runsUnder } from './list-model.ts'

const me = UserId.parse('me')
const other = UserId.parse('other')
const at = (text: string) => new Date(text).getTime()
const today = at('2026-11-23T14:00:00')
let made = 0
const asks = {
  permissionId: PermissionId.parse(uuidv7(1, new Uint8Array(10))),
  kind: 'command',
  line: 'ls',
  danger: false,
}

function run(more: Partial<Run>): Run {
  const stateAt = more.stateAt ?? today
  return {
    id: RunId.parse(uuidv7(made++, new Uint8Array(10))),
    teamId: TeamId.parse('team'),
    title: 'Untitled',
    prompt: '',
    createdBy: me,
    source: 'WEB_APP',
    config: { harness: HarnessId.parse('runbook'), sandbox: 'direct' },
    state: 'SUCCEEDED',
    stateAt,
    turn: 1,
    createdAt: stateAt,
    updatedAt: stateAt,
    ...more,
  }
}

const shape = (runs: readonly Run[]) =>
  listEntries(inOrder(runs), today).map((entry) => (entry.type === 'group' ? `# ${entry.label}` : entry.run.title))

describe('groups', () => {
  test('stand in the order of attention, and days in the order of time', () => {
    const runs = [
      run({ title: 'long ago', endedAt: at('2026-11-19T10:00:00') }),
      run({ title: 'this morning', endedAt: at('2026-11-23T09:00:00') }),
      run({ title: 'yesterday', state: 'FAILED', endedAt: at('2026-11-22T23:59:00') }),
      run({ title: 'at work', state: 'INPROGRESS' }),
      run({ title: 'asks', state: 'BLOCKED', asks }),
      run({ title: 'waits', state: 'QUEUED' }),
    ]
    expect(shape(runs)).toEqual([
      '# Needs you',
      'asks',
      '# Active',
      'at work',
      'waits',
      '# Earlier today',
      'this morning',
      '# Yesterday',
      'yesterday',
      '# Thursday 19 November',
      'long ago',
    ])
  })

  test('hold every run exactly once, in whichever state', () => {
    const runs = runStates.map((state) => run({ state, title: state }))
    const listed = listEntries(inOrder(runs), today).flatMap((entry) => (entry.type === 'run' ? [entry.run.title] : []))
    expect([...listed].sort()).toEqual([...runStates].sort())
  })

  test('what asks: the newest first; work before what waits, whenever it was made', () => {
    const runs = [
      run({ title: 'asked before', state: 'BLOCKED', asks, stateAt: today - 9000 }),
      run({ title: 'asked now', state: 'BLOCKED', asks, stateAt: today - 1000 }),
      run({ title: 'waits, newer', state: 'QUEUED', createdAt: today }),
      run({ title: 'at work, older', state: 'INPROGRESS', createdAt: today - 60_000 }),
    ]
    expect(shape(runs)).toEqual([
      '# Needs you',
      'asked now',
      'asked before',
      '# Active',
      'at work, older',
      'waits, newer',
    ])
  })
})

test('a question that was answered no longer asks', () =>
  expect(shape([run({ title: 'answered', state: 'BLOCKED' })])).toEqual(['# Active', 'answered']))

describe('filters', () => {
  const runs = [
    run({ title: 'mine', state: 'INPROGRESS' }),
    run({ title: 'theirs', createdBy: other, state: 'BLOCKED', asks }),
    run({ title: 'broke', createdBy: other, state: 'ERROR' }),
    run({ title: 'done' }),
  ]
  test('count what they show', () => {
    const counts = countRuns(runs, me)
    expect(counts).toEqual({ all: 4, mine: 2, active: 1, needs: 1, failed: 1 })
    for (const filter of ['all', 'mine', 'active', 'needs', 'failed'] as const)
      expect(runsUnder(runs, filter, me)).toHaveLength(counts[filter])
  })
  test('an error of the machinery counts as failed', () =>
    expect(isUnder(run({ state: 'ERROR' }), 'failed', me)).toBe(true))
})

describe('search', () => {
  const runs = [
    run({ title: 'Split BILLING', prompt: 'into its own package' }),
    run({ title: 'Nightly sweep', prompt: 'billing and shop' }),
    run({ title: 'Rename Account', prompt: '' }),
  ]
  const found = (find: string) => createRunFinder()(runs, find).map((hit) => hit.title)
  test('looks into title and prompt, whatever the case', () =>
    expect(found('billing')).toEqual(['Split BILLING', 'Nightly sweep']))
  test('wants every word, anywhere', () => expect(found('  package billing ')).toEqual(['Split BILLING']))
  test('takes signs literally', () => expect(found('.*')).toEqual([]))
})

test('a search that goes on finds what one that begins anew would find', () => {
  const words = ['fix', 'the', 'cache', 'fixture', 'Über', 'İstanbul']
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.constantFrom(...words), { maxLength: 4 }), { maxLength: 12 }),
      fc.array(
        fc.constantFrom('f', 'fi', 'fix', 'fix ', 'fix t', 'FIX THE', ' fix', 'ix', '', 'über', 'cache f', 'ca'),
      ),
      (titles, typed) => {
        const runs = titles.map((title) => run({ title: title.join(' ') }))
        const find = createRunFinder()
        for (const text of typed) expect(find(runs, text)).toEqual(createRunFinder()(runs, text))
      },
    ),
  )
})
