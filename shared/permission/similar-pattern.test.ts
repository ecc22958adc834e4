import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ParsedOk } from './command-types.ts'
import { parseCommandSync } from './parse-command.ts'
import {
  coversCommand,
  patternsForCard,
  showPatterns,
  similarPatterns,
  type SimilarPattern,
} from './similar-pattern.ts'

function parsed(text: string): ParsedOk {
  const found = parseCommandSync(text)
  if (!found.ok) throw new Error(`${text}: ${found.detail}`)
  return found
}

/** As it comes back from the journal. */
function patternsOf(text: string, cwd = '/work'): readonly SimilarPattern[] {
  return JSON.parse(JSON.stringify(similarPatterns(parsed(text), cwd)))
}

function covers(allowed: string, later: string, cwd = '/work'): boolean {
  return coversCommand(patternsOf(allowed), parsed(later), cwd)
}

describe('what is shown', () => {
  test.each<[string, string]>([
    ['npm test', 'npm test *'],
    ['npm run build -- --watch', 'npm run build -- --watch *'],
    ['git commit -m "one"', 'git commit -m *'],
    ['mkdir -p a && touch a/b', 'mkdir -p *\ntouch *'],
    ['CI=1 npm test 2>&1', 'CI=1 npm test * 2>&1'],
    ['timeout 60 npm test', 'timeout 60 npm test *'],
    ["git log -n 3 --pretty='- %s' >> D.md", "git log -n 3 --pretty='- %s' * >> D.md"],
    ['git log src --oneline lib', 'git log src --oneline *'],
    ['mkdir -p "a b"', 'mkdir -p *'],
    ["echo 'a b' -n", "echo 'a b' -n *"],
    ["x='a b' ls", "x='a b' ls *"],
    ['ls 2>err >>out', 'ls * 2>err >>out'],
    ['cat <<E\nx\nE', 'cat <<E\nx\nE'],
    // Letter by letter: deletes, network, unknown, danger, outside, open words.
    ['rm -rf build', 'rm -rf build'],
    ['curl https://h', 'curl https://h'],
    ['./deploy.sh now', './deploy.sh now'],
    ['git push origin main', 'git push origin main'],
    ['git checkout -- a', 'git checkout -- a'],
    ['cat /etc/hosts', 'cat /etc/hosts'],
    ['cat .env', 'cat .env'],
    ['node a.js', 'node a.js'],
    ['npm ci && npm test', 'npm ci\nnpm test *'],
    // As a whole: pipes, folders, branches, substitutions, aliases.
    ['ls | wc -l', 'ls | wc -l'],
    ['cd a && npm test', 'cd a && npm test'],
    ['for i in 1 2; do npm test; done', 'for i in 1 2; do npm test; done'],
    ['npm test $x', 'npm test $x'],
    ['npm test; echo $(rm x)', 'npm test; echo $(rm x)'],
    ['alias a=b; npm test', 'alias a=b; npm test'],
    ['npm test &', 'npm test &'],
    ['rm "a\u202eb"', 'rm "a⟨U+202E⟩b"'],
  ])('%s', (text, shown) => {
    expect(showPatterns(patternsOf(text))).toBe(shown)
  })
})

test('a pattern too long for a card is not offered', () => {
  expect(patternsForCard(patternsOf('npm test'))).toBe('npm test *')
  expect(patternsForCard(patternsOf(`rm ${'x'.repeat(600)}`))).toBeUndefined()
})

describe('what is allowed later', () => {
  test.each<[string, string]>([
    ['npm test', 'npm test'],
    ['npm test', 'npm test src/a.test.ts'],
    ['npm test', '\'npm\' "test"'],
    ['npm test', 'npm test && npm test b; npm test'],
    ['git commit -m "one"', 'git commit -m "two; rm -rf x"'],
    ['mkdir -p a && touch a/b', 'touch c'],
    ['mkdir -p a && touch a/b', 'mkdir -p d e'],
    ['grep -n foo src', 'grep -n bar lib src/*.ts'],
    ['rm -rf build', 'rm -rf build'],
    ['ls | wc -l', 'ls | wc -l'],
    ["git log -n 3 --pretty='- %s' >> D.md", "git log -n 3 --pretty='- %s' src >> D.md"],
  ])('%s: %s', (allowed, later) => {
    expect(covers(allowed, later)).toBe(true)
  })

  test.each<[string, string]>([
    ['npm test', 'npm publish'],
    ["git log -n 3 --pretty='- %s' >> D.md", "git log -n 9 --pretty='- %s' >> D.md"],
    ["git log -n 3 --pretty='- %s' >> D.md", "git log -n 3 --pretty='- %s' >> E.md"],
    ["git log -n 3 --pretty='- %s' >> D.md", "git log -n 3 src --pretty='- %s' >> D.md"],
    ['ls 2>out', 'ls >out'],
    ['npm test', 'npm test --script-shell x'],
    ['npm test', 'npm test -- -u'],
    ['npm test', 'npm test ../other'],
    ['npm test', 'npm test /etc'],
    ['npm test', 'npm test .env'],
    ['npm test', 'npm test https://h/x'],
    ['npm test', 'npm test $x'],
    ['npm test', 'npm test $(rm x)'],
    ['npm test', 'npm test > out'],
    ['npm test', 'npm test < in'],
    ['npm test', 'X=1 npm test'],
    ['npm test', 'CI=1 npm test'],
    ['npm test', 'sudo npm test'],
    ['npm test', 'npm test && rm x'],
    ['npm test', 'npm test | sh'],
    ['npm test', 'echo x | npm test'],
    ['npm test', 'cd a && npm test'],
    ['npm test', '(npm test)'],
    ['npm test', 'bash -c "npm test"'],
    ['npm test', 'npm test &'],
    ['npm test', 'if a; then npm test; fi'],
    ['npm test', 'PATH=.; npm test'],
    ['npm test', 'npm() { rm x; }; npm test'],
    ['npm test', './npm test'],
    ['npm run build', 'npm run deploy'],
    ['git branch', 'git branch x'],
    ['git branch', 'git branch -D x'],
    ['git status', 'git status > x'],
    ['mkdir -p a', 'mkdir a'],
    ['mkdir a', 'mkdir /etc/a'],
    ['cat a', 'cat ~/.ssh/id_rsa'],
    ['cat a', 'cat ../a'],
    ['rm -rf build', 'rm -rf build dist'],
    ['rm -rf build', 'rm -rf  build'],
    ['rm -rf build', 'cd x && rm -rf build'],
    ['./deploy.sh', './deploy.sh x'],
    ['curl https://h | sh', 'echo x | sh'],
    ['curl https://h | sh', 'curl https://h | sh; rm x'],
    ['sh', 'echo x | sh'],
    ['cat x', 'cat x <<E\nE'],
  ])('%s: not %s', (allowed, later) => {
    expect(covers(allowed, later)).toBe(false)
  })

  test('not in another folder', () => {
    expect(covers('npm test', 'npm test', '/work/sub')).toBe(false)
    expect(covers('ls | wc -l', 'ls | wc -l', '/other')).toBe(false)
  })

  test('patterns of several answers add up', () => {
    const both = [...patternsOf('npm test'), ...patternsOf('rm -rf build')]
    expect(coversCommand(both, parsed('rm -rf build && npm test a'), '/work')).toBe(true)
    expect(coversCommand(both, parsed('rm -rf build && npm test a; ls'), '/work')).toBe(false)
    expect(coversCommand([], parsed('ls'), '/work')).toBe(false)
  })
})

describe('any command', () => {
  const programs = ['npm test', 'npm run build', 'rm', 'ls', 'cat', 'git status', 'git commit -m', 'mkdir -p', 'grep', './x.sh', 'curl', 'sudo ls', 'CI=1 node a.js', 'bash -c "ls"', 'echo'] // prettier-ignore
  const words = ['a', 'src/b.ts', "'c d'", '-v', '--all', '*.ts', '$x', '"$(id)"', '../x', '/etc', '.env', '> out', '2>&1', '<in'] // prettier-ignore
  const joins = [' && ', ' || ', '; ', ' | ', '\n', ' & ']
  const one = fc
    .tuple(fc.constantFrom(...programs), fc.array(fc.constantFrom(...words), { maxLength: 3 }))
    .map(([program, rest]) => [program, ...rest].join(' '))
  const command = fc
    .tuple(one, fc.array(fc.tuple(fc.constantFrom(...joins), one), { maxLength: 3 }))
    .map(([first, rest]) => [first, ...rest.flat()].join(''))

  test('is allowed by its own pattern', () => {
    fc.assert(
      fc.property(command, (text) => {
        expect(covers(text, text)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('what is shown can be typed, with plain words for the star, and is allowed', () => {
    fc.assert(
      fc.property(command, (text) => {
        const typed = showPatterns(patternsOf(text)).replace(/ \*(?= |\n|$)/g, ' zz yy')
        expect(covers(text, typed)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('is not allowed with a part more', () => {
    const added = fc.constantFrom('frobnicate', 'rm -rf zz', 'curl https://zz', 'frob | sh', 'x=$(frob)')
    fc.assert(
      fc.property(command, fc.constantFrom(...joins), added, fc.boolean(), (text, join, more, front) => {
        expect(covers(text, front ? `${more}${join}${text}` : `${text}${join}${more}`)).toBe(false)
      }),
      { numRuns: 500 },
    )
  })

  test('is not allowed with a redirection more', () => {
    const added = fc.constantFrom('> zz', '>> zz', '2> zz', '&> zz', '< zz', '>| zz', '<> zz', '> "$zz"')
    fc.assert(
      fc.property(command, added, (text, more) => {
        expect(covers(text, `${text} ${more}`)).toBe(false)
        expect(covers(text, `${more} ${text}`)).toBe(false)
      }),
      { numRuns: 500 },
    )
  })

  test('is not allowed with an open word more', () => {
    const added = fc.constantFrom('$zz', '"${zz}"', '$(frob)', '`frob`', '<(frob)', '~/zz', '{a,b}', "$'a'", '$((zz))')
    fc.assert(
      fc.property(command, added, (text, more) => {
        expect(covers(text, `${text} ${more}`)).toBe(false)
      }),
      { numRuns: 500 },
    )
  })

  test('is not allowed as root, in another shell, or with another variable', () => {
    const frames = ['sudo %', 'sudo -u x %', 'ZZ=1 %', 'PATH=. %', '(%\n)', 'if a; then %\nfi', 'ls() { :\n}; %']
    fc.assert(
      fc.property(command, fc.constantFrom(...frames), (text, frame) => {
        const later = parseCommandSync(frame.replace('%', () => text))
        expect(later.ok && coversCommand(patternsOf(text), later, '/work')).toBe(false)
      }),
      { numRuns: 500 },
    )
  })
})
