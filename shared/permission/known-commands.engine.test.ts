import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { explainParts } from './explain-command.ts'
import { lexicalFacts } from './lexical-facts.ts'
import { judgeCommand, plainPolicy } from './judge-command.ts'
import { parseCommandSync } from './parse-command.ts'

const bash = ['/bin/bash', '/usr/bin/bash', '/usr/local/bin/bash'].find((path) => existsSync(path))
if (bash === undefined && process.env.DROVER_REQUIRE === 'all') throw new Error('bash is missing')

const programs = ['cat', 'head', 'tail', 'wc', 'ls', 'stat', 'du', 'df', 'diff', 'cmp', 'comm', 'rev', 'nl', 'tac', 'cut', 'paste', 'fold', 'readlink', 'realpath', 'md5sum', 'sha256sum', 'hexdump', 'od', 'base64', 'file', 'tree', 'sort', 'grep', 'rg', 'uniq', 'xxd', 'strings', 'sed', 'awk', 'jq', 'find', 'echo', 'printf', 'test', '[', 'ps', 'id', 'type', 'which', 'wait', 'seq', 'tr', 'date', 'basename', 'tar', 'unzip', 'dd', 'tee', 'git log', 'git diff', 'git status', 'git show', 'git grep', 'git branch', 'git tag', 'git stash list', 'git clean', 'git config', 'exit', ':', 'x=', 'for i in', 'case'] // prettier-ignore
const letters = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123'].map((letter) => `-${letter}`)
const words = ['in', 'list', 'out', '1', 'p', '.', '{}', ';', '+', ']', '=', '-v', "'a[$(touch out)]'", '$x', '"$x"', '$SECRET', '"${SECRET}"', '*', '../*', '../outside/key', '@list', 'w out', "'w out'", 'env', '$ENV', "'BEGIN{print ENVIRON[\"SECRET\"]}'", '${a[x]}', 'axe', '--files0-from=list', '--file=../outside/key', '--output=out', '-o', 'if=../outside/key', 'cf', 'tf', '-', '--', '/dev/null', 'link/../key'] // prettier-ignore

let base: string
let root: string

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'drover-canary-'))
  root = join(base, 'work')
  mkdirSync(root)
  mkdirSync(join(base, 'outside'))
  writeFileSync(join(base, 'outside', 'key'), 'canary-of-a-file\n')
  writeFileSync(join(root, 'in'), 'b\na\nb\n')
  writeFileSync(join(root, 'list'), '../outside/key\0')
})

afterAll(() => rmSync(base, { recursive: true, force: true }))

function isAllowed(text: string): boolean {
  const parsed = parseCommandSync(text)
  const effects = parsed.ok ? explainParts(parsed, lexicalFacts(parsed, { root, cwd: root })) : []
  return judgeCommand({ parsed, effects, policy: plainPolicy, allowed: [], cwd: root }).decision === 'allow'
}

/** Everything below the base, with its time and its text. */
function snapshot(folder = base): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => {
    const path = join(folder, name)
    return statSync(path).isFile() ? `${name} ${statSync(path).mtimeMs} ${readFileSync(path, 'utf8')}` : name
  })
}

describe.skipIf(bash === undefined)('what needs no question, run by the real Bash', () => {
  test('writes nothing, and shows neither the environment nor a file outside', () => {
    const word = fc.constantFrom(...words, ...letters)
    const one = fc
      .tuple(fc.constantFrom(...programs), fc.array(word, { maxLength: 4 }))
      .map(([program, list]) => (program === 'case' ? `case ${list[0] ?? 'a'} in a) :;; esac` : program === 'for i in' ? `for i in ${list.join(' ')}; do echo $i; done` : program === 'x=' ? `x=${list.join('; echo ')}` : `${program} ${list.join(' ')}`)) // prettier-ignore
    const seed = fc.sample(fc.noBias(fc.integer({ min: 0 })), 1)[0] ?? 0
    console.log(`seed ${seed}`)
    const candidates = [...new Set(fc.sample(one, { numRuns: 4000, seed }))].filter(isAllowed).slice(0, 250)
    expect(candidates.length).toBeGreaterThan(100)
    const before = snapshot()
    for (const text of candidates) {
      const { stdout, stderr } = spawnSync(bash ?? '', ['--norc', '--noprofile', '-c', `ulimit -t 2; ${text}`], {
        cwd: root,
        env: { PATH: process.env.PATH, HOME: root, LC_ALL: 'C.UTF-8', SECRET: 'canary-of-the-environment' },
        input: 'b\na\n',
        timeout: 2000,
        maxBuffer: 64 * 1024 * 1024,
      })
      expect(`${stdout.toString()}${stderr.toString()}`, text).not.toMatch(/canary-of/)
      expect(snapshot(), text).toEqual(before)
    }
  }, 300_000)
})
