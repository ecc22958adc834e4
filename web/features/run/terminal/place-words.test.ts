import { expect, test } from 'vitest'
import { RunnerId } from '#shared/ids.ts'
import { placeWords } from './place-words.ts'

const runnerId = RunnerId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b31')
const run = { state: 'INPROGRESS' as const, runnerId }

test('a machine that is connected to another server process is told apart from one that is not connected', () => {
  const words = (connected: boolean) => placeWords('no_runner', run, [{ id: runnerId, connected }])
  expect(words(false)).toBe('The machine that has this run is not connected.')
  expect(words(true)).toContain('connected to another server process')
  expect(placeWords('no_runner', { state: 'SUCCEEDED' }, [])).toBe(words(false))
})

test('where shells can be opened nothing is said; a sandbox that a turn needs is on its way', () => {
  expect([placeWords('ready', run, []), placeWords(undefined, run, [])]).toEqual(['', ''])
  expect(placeWords('away', run, [])).toBe(placeWords('starting', run, []))
  expect(placeWords('away', { ...run, state: 'SUCCEEDED' }, [])).toContain('put away')
})
