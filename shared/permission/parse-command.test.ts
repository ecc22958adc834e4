import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shownWord, type CommandPart } from './command-types.ts'
import { parseCommand, parseCommandSync } from './parse-command.ts'

function parts(text: string): readonly CommandPart[] {
  const parsed = parseCommandSync(text)
  if (!parsed.ok) throw new Error(`${text}: ${parsed.detail}`)
  return parsed.parts
}

/** `operator|words`, a word that is known only at run time in ⟨⟩. */
function outline(text: string): string[] {
  return parts(text).map((part) => {
    const words = part.argv.map((word) => (typeof word === 'string' ? word : `⟨${shownWord(word)}⟩`))
    return `${part.operatorBefore.replace('\n', '⏎')}|${words.join(' ')}`
  })
}

describe('splitting', () => {
  test.each<[string, string[]]>([
    ['ls', ['|ls']],
    ['a && b || c; d | e |& f & g\nh', ['|a', '&&|b', '|||c', ';|d', '||e', '|&|f', '&|g', '⏎|h']],
    ['(cd x && rm y)', ['|cd x', '&&|rm y']],
    ['{ a; b; } | c', ['|a', ';|b', '||c']],
    ['if a; then b; elif c; then d; else e; fi', ['|a', '|b', '|c', '|d', '|e']],
    ['while a; do b; done; until c; do d; done', ['|a', '|b', ';|c', ';|d']],
    ['for i in $(ls); do rm "$i"; done', ['|ls', '|for ⟨$(ls)⟩', '|rm ⟨"$i"⟩']],
    ['for PATH in .; do ls; done', ['|', '|ls']],
    ['case $(a) in b) c;; *) d;; esac', ['|a', '|case ⟨$(a)⟩ b', '|c', '|d']],
    ['f() { rm x; }; f', ['|rm x', ';|f']],
    ['! time a', ['|a']],
    ['echo $(a; `b`)', ['|a', '|b', ';|⟨`b`⟩', '|echo ⟨$(a; `b`)⟩']],
    ['echo "${x:-$(rm y)}"', ['|rm y', '|echo ⟨"${x:-$(rm y)}"⟩']],
    ['diff <(a) >(b)', ['|a', '|b', '|diff ⟨<(a)⟩ ⟨>(b)⟩']],
    ['x=$(rm y)', ['|rm y', '|']],
    ['a[$(rm y)]=1', ['|rm y', '|']],
    ['[[ -f $(rm y) ]]', ['|rm y', '|[[ ⟨[[ -f $(rm y) ]]⟩']],
    ['((a=$(rm y)))', ['|rm y', '|(( ⟨((a=$(rm y)))⟩']],
    ['cat <<E\nhi $(rm y)\nE', ['|rm y', '|cat']],
    ["cat <<'E'\nhi $(rm y)\nE", ['|cat']],
    ['cat <<< "$(rm y)"', ['|rm y', '|cat']],
    ['> "$(rm y)"', ['|rm y', '|']],
    ['coproc rm y', ['|coproc ⟨coproc⟩', '|rm y']],
    ['rm \\\n x # not this; rm z', ['|rm x']],
  ])('%s', (text, expected) => {
    expect(outline(text)).toEqual(expected)
  })

  test('the text of a part is its exact slice', () => {
    expect(parts('FOO=1  rm -rf "$x"/a  >out 2>&1 ;  b').map((part) => part.text)).toEqual([
      'FOO=1  rm -rf "$x"/a  >out 2>&1',
      'b',
    ])
    expect(parts('echo `a \\`b\\``').map((part) => part.text)).toEqual(['b', 'a `b`', 'echo `a \\`b\\``'])
  })

  test('variables and redirections stand apart from the words', () => {
    const [part] = parts('A=1 B=$x cmd y <in >out 2>>log &>all')
    expect(part?.argv).toEqual(['cmd', 'y'])
    expect(part?.variables).toEqual([
      { name: 'A', value: '1' },
      { name: 'B', value: { dynamic: true, kind: 'expansion', text: '$x' } },
    ])
    expect(part?.redirects).toEqual([
      { op: '<', target: 'in', text: '<in' },
      { op: '>', target: 'out', text: '>out' },
      { op: '>>', target: 'log', text: '2>>log' },
      { op: '&>', target: 'all', text: '&>all' },
    ])
  })

  test('a here-document that is not plain is open', () => {
    expect(parts('x <<E\n$((y))\nE')[0]?.redirects[0]?.target).toMatchObject({ kind: 'opaque' })
    expect(parts('x <<E\n$y\nE')[0]?.redirects[0]?.target).toMatchObject({ kind: 'expansion' })
    expect(parts("x <<'E'\n$[y]\nE")[0]?.redirects[0]?.target).toBe('$[y]\n')
  })

  test('the redirection of a group is a part of its own', () => {
    expect(parts('{ a; b; } > out').map((part) => [part.text, part.redirects.length])).toEqual([
      ['> out', 1],
      ['a', 0],
      ['b', 0],
    ])
  })

  test('names the functions it defines, and says how surely a part runs', () => {
    const parsed = parseCommandSync('ls() { rm x; }; ls && a || b')
    expect(parsed.ok && parsed.functions).toEqual(['ls'])
    expect(parts('ls() { rm x; }; ls && a || b').map((part) => part.flow)).toEqual(['maybe', 'always', 'and', 'maybe'])
  })

  test('subshells, pipes, substitutions and the background are other shells', () => {
    const parsed = parseCommandSync('a; (b); c | d; e & f')
    expect(parsed.ok && parsed.parts.map((part) => part.shell === 0)).toEqual([true, false, false, false, false, true])
    expect(parts('a | { b; c; }').map((part) => part.piped)).toEqual([false, true, true])
  })
})

describe('quoting', () => {
  test.each<[string, string]>([
    ["r''m -rf x", 'rm -rf x'],
    ['\\rm x', 'rm x'],
    ['"r"m x', 'rm x'],
    ["r\\m 'a b' c\\ d", 'rm a b c d'],
    ['echo "a  b"', 'echo a  b'],
    ['rm a~', 'rm a~'],
    ['rm "~/x" \'*\'', 'rm ~/x *'],
  ])('%s', (text, words) => {
    expect(parts(text)[0]?.argv.map(shownWord).join(' ')).toBe(words)
  })

  test.each<[string, string]>([
    ['x $v', 'expansion'],
    ['x "${v}"', 'expansion'],
    ['x ${v#a}', 'expansion'],
    ['x $(y)', 'expansion'],
    ['x ~/y', 'expansion'],
    ['x --in=~/y', 'expansion'],
    ['x {a,b}', 'expansion'],
    ['x {a}b,c}', 'expansion'],
    ["x $'\\x41'", 'expansion'],
    ['x *.ts', 'glob'],
    ['x a?[bc]', 'glob'],
    ['x *$v', 'expansion'],
    ['x $((1+1))', 'opaque'],
    ['x $[y]', 'opaque'],
    ['x "a$[y]"', 'opaque'],
    ['x ${v@P}', 'opaque'],
    ['x ${!v}', 'opaque'],
    ['x ${v[1]}', 'opaque'],
    ['x ${v:=y}', 'opaque'],
    ['x ${v:1:2}', 'opaque'],
    ['x ${v:-$((1))}', 'opaque'],
    ['x "${v:-${w@P}}"', 'opaque'],
  ])('%s is known only when it runs', (text, kind) => {
    const part = parts(text).at(-1)
    expect(part?.dynamic).toBe(true)
    expect(part?.argv[1]).toMatchObject({ dynamic: true, kind })
  })
})

describe('programs that start another one', () => {
  test.each<[string, string[], string[]]>([
    ['sudo -n rm x', ['rm x'], ['sudo -n']],
    ['sudo -u root A=1 rm x', ['rm x'], ['sudo -u root A=1']],
    ['env -i A=1 rm x', ['rm x'], ['env -i A=1']],
    ['nohup timeout -k 5 10s nice -n 5 rm x', ['rm x'], ['nohup', 'timeout -k 5 10s', 'nice -n 5']],
    ['command rm x', ['rm x'], ['command']],
    ['/usr/bin/env rm x', ['rm x'], ['/usr/bin/env']],
    ['exec rm x', ['rm x'], ['exec']],
    ['bash -c "rm x; ls"', ['rm x', 'ls'], ['bash -c']],
    ["sh -ec 'a | b'", ['a', 'b'], ['sh -ec']],
    ["bash -euo pipefail -c 'a'", ['a'], ['bash -c']],
    ['eval "rm x" \'; ls\'', ['rm x', 'ls'], ['eval']],
    [`bash -c "sh -c 'sudo rm x'"`, ['rm x'], ['bash -c', 'sh -c', 'sudo']],
    ['xargs -0 -n 1 rm -f', ['rm -f ⟨…⟩'], ['xargs -0 -n 1']],
    ['xargs -I{} mv {} {}.bak', ['mv ⟨{}⟩ ⟨{}.bak⟩'], ['xargs -I{}']],
    ['find . -exec rm {} +', ['find . -exec rm {} +', 'rm ⟨./…⟩'], []],
    // Not in a form that is known: the command stands as it is, and its effect is unknown.
    ['sudo --chroot=/x ls', ['sudo --chroot=/x ls'], []],
    ['env -S "rm x"', ['env -S rm x'], []],
    ['bash -c "$x"', ['bash -c ⟨"$x"⟩'], []],
    ['bash script.sh', ['bash script.sh'], []],
    ['timeout $n rm x', ['timeout ⟨$n⟩ rm x'], []],
    ['command -v rm', ['command -v rm'], []],
  ])('%s', (text, words, wrappers) => {
    expect(outline(text).map((line) => line.replace(/^[^a-z]*\|/, ''))).toEqual(words)
    expect(parts(text)[0]?.wrappers).toEqual(wrappers)
  })

  test("an outer redirection or variable isn't lost", () => {
    const found = parts('A=1 bash -c "ls" > out')
    expect(found.map((part) => part.redirects.length)).toEqual([1, 0])
    expect(found[1]?.variables).toEqual([{ name: 'A', value: '1' }])
  })
})

describe('refusals', () => {
  test.each<[string, string]>([
    ['', 'empty'],
    ['   # only a comment', 'empty'],
    ['echo "x', 'syntax'],
    ["echo 'x", 'syntax'],
    ['echo $(x', 'syntax'],
    ['echo `x', 'syntax'],
    ['a &&', 'syntax'],
    ['if a; then b', 'syntax'],
    ['a ;; b', 'syntax'],
    ['echo )', 'syntax'],
    ['cat <<E\nx', 'syntax'],
    ['a >', 'syntax'],
    ['bash -c "if"', 'syntax'],
    ['echo "$(if)"', 'syntax'],
    ['eval "echo \'"', 'syntax'],
    ['a\\', 'syntax'],
    ['x=(a=$(rm b)case a in a)y', 'syntax'],
    ["x $['$(rm b)']", 'syntax'],
    ["x $(('$(rm b)'))", 'syntax'],
    ["((a='$(rm b)'))", 'syntax'],
    ['x <<E\n$[y]\nE', 'syntax'],
    ['echo "$\\\n(rm x)"', 'syntax'],
    ['r\\\nm x', 'syntax'],
    ['a\0b', 'not-text'],
    ['echo \ud800', 'not-text'],
    [`echo ${'x'.repeat(70_000)}`, 'too-long'],
    [Array.from({ length: 201 }, () => 'a').join(';'), 'too-many-parts'],
    ['$('.repeat(30) + 'a' + ')'.repeat(30), 'too-deep'],
    ['('.repeat(5000) + 'a' + ')'.repeat(5000), 'syntax'],
  ])('%#: %s', async (text, why) => {
    expect(await parseCommand(text)).toMatchObject({ ok: false, why })
  })

  test('odd spaces and carriage returns belong to words', () => {
    expect(parts('rm\u00a0x')[0]?.argv).toEqual(['rm\u00a0x'])
    expect(parts('rm x\r')[0]?.argv).toEqual(['rm', 'x\r'])
  })
})

describe('any text', () => {
  const pieces = ['rm', 'x', ' ', '\n', ';', '&&', '|', '(', ')', '{', '}', '"', "'", '`', '$(', '$', '\\', '<<E', '>', '#', 'if', 'fi', 'bash -c ', '{a,b}', '*', '${x', '=', '\u202e'] // prettier-ignore

  test('is read or refused, and never throws', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 30 }), (list) => {
        const parsed = parseCommandSync(list.join(''))
        expect(typeof parsed.ok).toBe('boolean')
      }),
      { numRuns: 2000 },
    )
  })

  test('in single quotes stays one word', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (text) => {
        fc.pre(text.isWellFormed() && !text.includes('\0'))
        const quoted = `'${text.replaceAll("'", "'\\''")}'`
        expect(parts(`echo ${quoted}`)[0]?.argv).toEqual(['echo', text])
      }),
    )
  })

  test('in double quotes hides no substitution', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('"%"', '%', '"${x:-%}"', '"a"%"b"', '$((1+%))', '{a,%}', '*%', 'a=%', '>%', '<<<%'),
        fc.constantFrom('$(rm y)', '`rm y`', '"$(rm y)"', '<(rm y)'),
        (frame, inner) => {
          fc.pre(!(inner.startsWith('<(') && /"%"|\$\{|\$\(\(/.test(frame)))
          fc.pre(!(inner.startsWith('"') && /"%"/.test(frame)))
          const argvs = parts(`echo ${frame.replace('%', inner)}`).map((part) => part.argv.map(shownWord).join(' '))
          expect(argvs).toContain('rm y')
        },
      ),
    )
  })
})
