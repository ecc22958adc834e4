import { Info } from 'lucide'
import { describe, expect, test } from 'vitest'
import { HarnessId } from '#shared/domain/harness.ts'
import type { Run } from '#shared/domain/run.ts'
import { RunId, TeamId, UserId, uuidv7 } from '#shared/ids.ts'
import type { Command } from '../../../state/commands.ts'
import type { Page } from '../../../state/pages.ts'
import { findHits, hitLimit, lineFromPrompt, marksIn, type Entry, type Searched } from './hits.ts'

let made = 0
function run(title: string, more: Partial<Run> = {}): Run {
  const at = 1_760_000_000_000 + made
  return {
    id: RunId.parse(uuidv7(made++, new Uint8Array(10))),
    teamId: TeamId.parse('team'),
    title,
    prompt: '',
    createdBy: UserId.parse('me'),
    source: 'WEB_APP',
    config: { harness: HarnessId.parse('runbook'), sandbox: 'direct' },
    state: 'SUCCEEDED',
    stateAt: at,
    turn: 1,
    createdAt: at,
    updatedAt: at,
    ...more,
  }
}
const command = (title: string, also?: string): Command => ({
  id: title,
  title,
  icon: Info,
  act: () => undefined,
  ...(also === undefined ? {} : { also }),
})
const page = (title: string): Page => ({ href: `/${title}`, title, icon: Info })
const searched = (more: Partial<Searched>): Searched => ({
  runs: [],
  recent: [],
  pages: [],
  plans: [],
  here: [],
  app: [],
  ...more,
})
const nameOf = (entry: Entry): string => {
  switch (entry.type) {
    case 'run':
      return entry.run.title
    case 'page':
      return entry.page.title
    case 'command':
      return entry.command.title
    case 'said':
      return entry.hit.match
  }
}
const shape = (find: string, more: Partial<Searched>) =>
  findHits(find, searched(more)).map((group) => [group.name, ...group.entries.map(nameOf)])

describe('with nothing typed', () => {
  const [first, second, third] = [run('first'), run('second'), run('third')]
  test('the runs opened last stand first, in the order in which they were opened', () =>
    expect(
      shape(' ', {
        runs: [first, second, third],
        recent: [third.id, first.id],
        here: [command('Stop')],
        pages: [page('Runs')],
        app: [command('Show the keys')],
      }),
    ).toEqual([
      ['recent', 'third', 'first'],
      ['here', 'Stop'],
      ['pages', 'Runs'],
      ['app', 'Show the keys'],
    ]))
  test('a run that is gone is left out', () =>
    expect(shape('', { runs: [first], recent: [second.id, first.id] })).toEqual([['recent', 'first']]))
})

describe('what is typed', () => {
  test('has to be there whole: every word, whatever the case, in title or prompt', () => {
    const runs = [run('Split BILLING', { prompt: 'into its own package' }), run('Sweep', { prompt: 'billing' })]
    expect(shape('billing package', { runs })).toEqual([['runs', 'Split BILLING']])
  })
  test('ranks a title that begins with it over one that holds it, and both over a prompt; then the newest', () => {
    const runs = [
      run('Old sweep'),
      run('Chimney sweeper'),
      run('Unsweepable'),
      run('Billing', { prompt: 'sweep it' }),
      run('Sweep the floor'),
      run('New sweep'),
    ]
    expect(shape('sweep', { runs })).toEqual([
      ['runs', 'Sweep the floor', 'New sweep', 'Chimney sweeper', 'Old sweep', 'Unsweepable', 'Billing'],
    ])
  })
  test('puts the group with the best answer first', () => {
    const runs = [run('Rename Account'), run('Stop the leak')]
    expect(shape('stop', { runs, here: [command('Stop this run')] })[0]?.[0]).toBe('here')
    expect(shape('leak', { runs, app: [command('Check for news', 'leaks')] })).toEqual([
      ['app', 'Check for news'],
      ['runs', 'Stop the leak'],
    ])
    expect(shape('rename a', { runs, here: [command('Unrename a')] })[0]?.[0]).toBe('runs')
  })
  test('finds an action by other words for it', () =>
    expect(shape('log out', { app: [command('Sign out', 'log out leave')] })).toEqual([['app', 'Sign out']]))
  test('is taken literally', () => expect(shape('.*', { runs: [run('anything')] })).toEqual([]))
})

test('of many hits the best are kept, whatever their place among the rows', () => {
  const runs = [
    ...Array.from({ length: 3000 }, (_one, index) => run(`row ${index}`, { prompt: 'needle' })),
    run('needle in a haystack', { stateAt: 0 }),
    ...Array.from({ length: 3000 }, (_one, index) => run(`row ${index}`, { prompt: 'needle' })),
  ]
  const [group, ...others] = findHits('needle', searched({ runs }))
  expect(others).toEqual([])
  expect(group?.entries).toHaveLength(hitLimit)
  expect(group?.entries.map(nameOf)[0]).toBe('needle in a haystack')
  expect(group?.entries.map(nameOf)[1]).toBe('row 2999')
})

describe('marks', () => {
  const marked = (title: string, find: string) => marksIn(title, find).map(([from, to]) => title.slice(from, to))
  test('stand on what was typed, at the start of a word where there is one', () => {
    expect(marked('Unsweep the Sweep', 'the SWEEP')).toEqual(['the', 'Sweep'])
    expect(marksIn('Unsweep the Sweep', 'sweep')).toEqual([[12, 17]])
  })
  test('never overlap', () => expect(marked('billing', 'bill billing')).toEqual(['bill']))
  test('are left out where a letter changes its length with its case', () =>
    expect(marksIn('İstanbul run', 'run')).toEqual([]))
})

test('a hit in the prompt alone shows the place', () => {
  const found = run('Nightly', { prompt: `${'Look at every package. '.repeat(5)}Then sweep the old ones out.` })
  expect(lineFromPrompt(found, 'sweep nightly')).toMatch(/^….*sweep the old ones out\.$/)
  expect(lineFromPrompt(found, 'nightly')).toBeUndefined()
})
