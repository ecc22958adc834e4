import { expect, test } from 'vitest'
import { RunId } from '../ids.ts'
import { isBranchName } from './branch-name.ts'
import { branchOf, isBranchPattern, patternLimit } from './branch-pattern.ts'

const run = { id: RunId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b2a'), title: 'Fix: “größere” Läufe & more' }

test('a branch has what its pattern names, and one without names stands before title and id', () => {
  expect(branchOf(run)).toBe('drover/fix-gro-ere-la-ufe-more-9a1b2a')
  expect(branchOf(run, { pattern: 'agents/' })).toBe('agents/fix-gro-ere-la-ufe-more-9a1b2a')
  expect(branchOf(run, { pattern: '{person}/{id}/{title}', person: 'Mara Lindqvist' })).toBe(
    'mara-lindqvist/9a1b2a/fix-gro-ere-la-ufe-more',
  )
  expect(branchOf({ ...run, title: '???' }, { pattern: 'x-' })).toBe('x-run-9a1b2a')
  // What an older environment may hold.
  expect(branchOf(run, { pattern: '{title}' })).toBe(branchOf(run))
})

test('a pattern makes a branch that git takes, with the id of its run', () => {
  const taken = ['agents/', 'AG-', '{person}/{title}-{id}', 'work/{id}']
  expect(taken.filter((one) => !isBranchPattern(one))).toEqual([])
  for (const pattern of taken) expect(isBranchName(branchOf(run, { pattern, person: '..@{' }))).toBe(true)
  const refused = ['{title}', '-x', '/x/', 'a b/', 'x..', 'a/.b/', '{id}.lock', '{id}/', '{ID}-{id}', '{id}{', 'a~{id}']
  expect(refused.filter(isBranchPattern)).toEqual([])
  expect(isBranchPattern('a'.repeat(patternLimit + 1))).toBe(false)
})
