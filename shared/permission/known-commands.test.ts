import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { explainParts } from './explain-command.ts'
import { lexicalFacts } from './lexical-facts.ts'
import { judgeCommand, plainPolicy } from './judge-command.ts'
import { parseCommandSync } from './parse-command.ts'

function decision(text: string): 'allow' | 'ask' | 'deny' {
  const parsed = parseCommandSync(text)
  const effects = parsed.ok ? explainParts(parsed, lexicalFacts(parsed, { root: '/work', cwd: '/work' })) : []
  return judgeCommand({ parsed, effects, policy: plainPolicy, allowed: [], cwd: '/work' }).decision
}

/** One command a line. */
function listed(name: string): readonly string[] {
  const text = readFileSync(join(import.meta.dirname, 'test-commands', name), 'utf8')
  return text.split('\n').filter((line) => line !== '')
}

const harmless = listed('harmless.txt')
const hostile = [...listed('hostile.txt'), 'cat <<E\n$TOKEN\nE', 'cat <<E\n$(rm x)\nE', 'cat <<E\n$((x))\nE', 'sh <<E\nrm x\nE', 'ls\nrm x'] // prettier-ignore

test.each(harmless)('%s needs no question', (text) => {
  expect(decision(text)).toBe('allow')
})

test.each(hostile)('%j asks', (text) => {
  expect(decision(text)).toBe('ask')
})

describe('put together', () => {
  const joins = fc.constantFrom(' && ', ' || ', '; ', ' | ', ' |& ', '\n', ' & ')
  const frames = fc.constantFrom('%', '(%\n)', '{ %\n}', 'if true; then %\nfi', 'while false; do %\ndone', 'for i in 1 2; do %\ndone', 'echo "$(%\n)"', '! %', 'echo "a" && %', '% 2>/dev/null') // prettier-ignore
  const filling = fc.array(fc.tuple(fc.constantFrom(...harmless), joins), { maxLength: 3 })

  function around(before: (readonly string[])[], middle: string, after: (readonly string[])[]): string {
    return [...before.flat(), middle, ...after.flatMap(([text = '', join = '']) => [join, text])].join('')
  }

  test('what holds a hostile command asks', () => {
    fc.assert(
      fc.property(fc.constantFrom(...hostile), filling, filling, frames, frames, (bad, before, after, one, two) => {
        // After "cd src" a path of the parent folder is inside again.
        fc.pre(!/(?:^|[\s=])(?!\/)\S*\.\.\//.test(bad) || !before.flat().some((text) => /\bcd\b/.test(text)))
        const inner = one.replace('%', () => bad)
        expect(decision(two.replace('%', () => around(before, inner, after)))).not.toBe('allow')
      }),
      { numRuns: 800 },
    )
  }, 60_000)

  /** The first word as the shell reads it the same: in quotes, with a backslash, with an empty string inside. */
  test('how the program is quoted changes nothing', () => {
    const words = hostile.filter((text) => /^[a-z]\w+ /.test(text) && !/^(?:if|for|case|coproc|time|let|declare|typeset|local|export|readonly)\b/.test(text)) // prettier-ignore
    const quoted = fc.constantFrom<(word: string) => string>(
      (word) => `'${word}'`,
      (word) => `"${word}"`,
      (word) => `\\${word}`,
      (word) => `${word.charAt(0)}''${word.slice(1)}`,
      (word) => `command ${word}`,
      (word) => `env ${word}`,
      (word) => `timeout 5 ${word}`,
    )
    fc.assert(
      fc.property(fc.constantFrom(...words), quoted, (text, quote) => {
        expect(decision(text.replace(/^\w+/, quote))).not.toBe('allow')
      }),
      { numRuns: 800 },
    )
  }, 60_000)

  test('harmless commands on one line need no question', () => {
    const simple = harmless.filter((text) => !/^(?:cd|exit)\b|\bcd\b|<<</.test(text))
    const line = fc.array(fc.constantFrom(...simple), { minLength: 2, maxLength: 4 })
    fc.assert(
      fc.property(line, fc.constantFrom(' && ', ' || ', '; ', '\n'), (list, join) => {
        expect(decision(list.join(join))).toBe('allow')
      }),
      { numRuns: 500 },
    )
  }, 60_000)
})
