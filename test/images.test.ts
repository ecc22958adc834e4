import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const here = join(import.meta.dirname, '../images')
const names = readdirSync(here, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
/** In which `build.sh` builds them. */
const order = /set -- ([a-z ]+)$/m.exec(readFileSync(join(here, 'build.sh'), 'utf8'))?.[1]?.split(' ') ?? []

/** Instructions, with lines that go on put together. */
function instructions(name: string): { word: string; rest: string }[] {
  const text = readFileSync(join(here, name, 'Dockerfile'), 'utf8').replaceAll(/\\\n\s*/g, ' ')
  return text.split('\n').flatMap((line) => {
    const [, word, rest = ''] = /^([A-Z]+)\s+(.+)$/.exec(line.trim()) ?? []
    return word === undefined ? [] : [{ word, rest }]
  })
}

test('every image is built, and after those that it is made of', () => {
  expect(order.toSorted()).toEqual(names.toSorted())
  for (const name of names)
    for (const { word, rest } of instructions(name)) {
      const of = /^(?:BASE=)?drover\/([a-z]+):bookworm/.exec(word === 'FROM' || word === 'ARG' ? rest : '')?.[1]
      if (of !== undefined) expect(order.indexOf(of)).toBeLessThan(order.indexOf(name))
    }
})

describe.each(names)('%s', (name) => {
  const all = instructions(name)
  const stages = all.flatMap(({ word, rest }) => (word === 'FROM' ? (/ AS (\w+)$/.exec(rest)?.[1] ?? []) : []))

  test('begins from an image, and copies only from stages that it has', () => {
    expect(all.find(({ word }) => word !== 'ARG')?.word).toBe('FROM')
    expect(all.every(({ word }) => ['ARG', 'FROM', 'RUN', 'COPY', 'ENV', 'CMD'].includes(word))).toBe(true)
    for (const { word, rest } of all)
      if (word === 'COPY') expect(stages).toContain(/^--from=(\w+) \S+ \S+$/.exec(rest)?.[1])
  })

  test('executes what a shell can read', () => {
    const scripts = all.filter(({ word }) => word === 'RUN').map(({ rest }) => rest)
    for (const script of scripts) execFileSync('sh', ['-n', '-c', script])
    expect(
      scripts.every((script) => !script.includes('apt-get update') || script.includes('rm -rf /var/lib/apt/lists')),
    ).toBe(true)
  })

  test('leaves the user to the runner, and stands on glibc', () => {
    expect(all.some(({ word }) => word === 'USER')).toBe(false)
    expect(JSON.stringify(all)).not.toMatch(/alpine/i)
  })
})
