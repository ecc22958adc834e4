import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { failures } from './peers.ts'

const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')

/** The titles of the tests in a file; of those that are skipped or only planned, none. */
function titlesOf(source: string): string[] {
  return [...source.matchAll(/(?<![\w.])test((?:\.\w+)*)(?=\()/g)].flatMap(({ 0: call, 1: ways = '', index }) => {
    if (/\.(?:skip|todo|fails|only)\b/.test(ways)) return []
    let at = index + call.length
    // `test.each(rows)('…')` has its title in the second pair of brackets.
    for (let pairs = 0; pairs < 2; pairs++) {
      const title = /^\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/.exec(source.slice(at))?.[2]
      if (title !== undefined) return [title]
      at = endOfPair(source, at)
    }
    return []
  })
}

/** Where the brackets that open at `from` end. */
function endOfPair(source: string, from: number): number {
  let depth = 0
  for (let at = from; at < source.length; at++) {
    const sign = source[at] ?? ''
    if (/['"`]/.test(sign)) at = endOfText(source, at)
    else if (sign === '(') depth++
    else if (sign === ')' && --depth === 0) return at + 1
  }
  return source.length
}

function endOfText(source: string, from: number): number {
  const quote = source[from]
  let at = from + 1
  while (at < source.length && source[at] !== quote) at += source[at] === '\\' ? 2 : 1
  return at
}

test('reads titles as they stand, and none of what does not run', () => {
  const source = `
    test('plain', () => {})
    test(
      "broken into lines",
      async () => {},
    )
    test.each([['(', 'a)'], ["it's"]])('%s of a table', () => {})
    test.skipIf(slow)('where it can', () => {})
    test.skip('not now', () => {})
    test.todo('later')
    describe('a group', () => pattern.test('no title'))
  `
  expect(titlesOf(source)).toEqual(['plain', 'broken into lines', '%s of a table', 'where it can'])
})

test.each(failures)('$failure', ({ tests }) => {
  expect(Object.keys(tests)).not.toEqual([])
  for (const [file, titles] of Object.entries(tests)) {
    expect(file).toMatch(/\.test\.tsx?$/)
    const known = titlesOf(read(file))
    expect(titles).not.toEqual([])
    for (const title of titles) expect(known, `${file} has no such test any more`).toContain(title)
  }
})

test('each failure stands there once', () => {
  const named = failures.map(({ failure }) => failure)
  expect(new Set(named).size).toBe(named.length)
})
