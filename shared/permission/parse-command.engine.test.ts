import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseCommandSync } from './parse-command.ts'

const bash = ['/bin/bash', '/usr/bin/bash', '/usr/local/bin/bash'].find((path) => existsSync(path))
if (bash === undefined && process.env.DROVER_REQUIRE === 'all') throw new Error('bash is missing')

const quoting = ['a', 'b', ' ', '"', "'", '\\', '\n', '$', '~', '*', '{', '}', ',', '#', '=', '!', '[', ']', '\t', '\r', 'é', '\u00a0', '-', ';', '..', '^', '%', ':', '/', '@', '?', '+'] // prettier-ignore
const structure = ['a', ' ', ' ', '"', "'", '\\', '\n', '$(show b)', '`show b`', '$(', ')', '`', '(', '<<<', '>a', '<<E', '\nE\n', '|show', ';show ', '$((1', '))', '#', '$[', ']', '$', '${a:-', '}', '&& show ', '{ show ', ';}', 'if show;then show ', ';fi', "<<'E'", '<<-E', '\t', "$'", '\\\n', 'case a in a)show ', ';;', 'esac', '[[ ', ' ]]', '((', '! show', 'a=', 'a=(', '${ show;}', '$"'] // prettier-ignore

/** What Bash calls `show` with, for each text; texts run one by one in a folder of their own, with no program in reach. */
function askBash(program: string, texts: readonly string[]): string[][][] {
  const folder = mkdtempSync(join(tmpdir(), 'drover-bash-'))
  const log = `show() { printf '%s\\0' "$#" "$@" >&7; }`
  const script = `${log}
exec 7>&1
while IFS= read -r -d '' text; do
  printf '\\1\\0' >&7
  (ulimit -t 2; eval "$text"; wait) >/dev/null 2>&1 </dev/null
done`
  try {
    const { stdout } = spawnSync(program, ['--norc', '--noprofile', '-c', script], {
      cwd: folder,
      env: { PATH: '/nonexistent', HOME: '/h', LC_ALL: 'C.UTF-8' },
      input: texts.map((text) => `${text}\0`).join(''),
      maxBuffer: 256 * 1024 * 1024,
    })
    return stdout.toString().split('\u0001\0').slice(1).map(calls)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function calls(text: string): string[][] {
  const words = text.split('\0')
  const found: string[][] = []
  for (let at = 0; at < words.length - 1;) {
    const count = Number(words[at])
    found.push(words.slice(at + 1, at + 1 + count))
    at += 1 + count
  }
  return found
}

const samplesEach = 600

function samples(pieces: readonly string[], count: number): string[] {
  const text = fc
    .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 12 })
    .map((list) => `show ${list.join('')}`)
  const seed = fc.sample(fc.integer({ min: 0 }), 1)[0] ?? 0
  console.log(`seed ${seed}`)
  return fc.sample(text, { numRuns: count, seed })
}

describe.skipIf(bash === undefined)('beside the real Bash', () => {
  test('words whose value is known are the words that Bash passes', () => {
    const texts = samples(quoting, samplesEach).filter((text) => parseCommandSync(text).ok)
    const truth = askBash(bash ?? '', texts)
    expect(truth).toHaveLength(texts.length)
    for (const [index, text] of texts.entries()) {
      const parsed = parseCommandSync(text)
      const ours = parsed.ok ? parsed.parts.filter((part) => part.argv[0] === 'show') : []
      if (ours.some((part) => part.dynamic)) continue
      // Bash may refuse what we read; it then runs nothing.
      const words = truth[index]?.length === 0 ? [] : ours.map((part) => part.argv.slice(1))
      expect(truth[index], JSON.stringify(text)).toEqual(words)
    }
  })

  test('Bash calls nothing that is not among the parts', () => {
    const texts = samples(structure, samplesEach).filter((text) => parseCommandSync(text).ok)
    const truth = askBash(bash ?? '', texts)
    expect(truth).toHaveLength(texts.length)
    for (const [index, text] of texts.entries()) {
      const parsed = parseCommandSync(text)
      const ours = parsed.ok
        ? parsed.parts.filter((part) => part.argv[0] === 'show' || typeof part.argv[0] !== 'string')
        : []
      const known = ours.filter((part) => !part.dynamic).map((part) => JSON.stringify(part.argv.slice(1)))
      const open = ours.some((part) => part.dynamic)
      for (const call of truth[index] ?? []) {
        if (!open) expect(known, JSON.stringify(text)).toContain(JSON.stringify(call))
      }
      expect((truth[index] ?? []).length, JSON.stringify(text)).toBeLessThanOrEqual(ours.length)
    }
  })
})
