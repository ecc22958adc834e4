import { expect, test } from 'vitest'
import { spokenLine } from './spoken-line.ts'

const last = (...pieces: string[]): string => pieces.reduce((soFar, piece) => spokenLine(soFar, piece), '').trim()

test('a line grows with its pieces, also where they part a word', () => {
  expect(last('I wi', 'll look ', 'first.')).toBe('I will look first.')
})

test('a new line with words takes its place; an empty one does not', () => {
  expect(last('One.\n', '\nTw', 'o.')).toBe('Two.')
  expect(last('One.', '\n\n', '  \n')).toBe('One.')
  expect(last('One.\nTwo', ' and a half.\n')).toBe('Two and a half.')
})

test('a line without end stays small, and the next one is seen', () => {
  const long = Array.from({ length: 1000 }, () => 'word ')
  expect(last(...long).length).toBeLessThanOrEqual(300)
  expect(last(...long, '\n', 'Next.')).toBe('Next.')
})
